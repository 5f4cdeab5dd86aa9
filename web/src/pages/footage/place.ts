/** What the address of the Footage page says; all times in microseconds since 1970. */
export interface FootageSearch {
  readonly server?: string | undefined;
  /** Camera ids with commas. */
  readonly cameras?: string | undefined;
  readonly dialog?: string | undefined;
  /** What the timeline shows. */
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  /** Where the cursor stands. */
  readonly at?: number | undefined;
  readonly live?: true | undefined;
}
