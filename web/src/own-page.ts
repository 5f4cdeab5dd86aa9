/** An address of a page of ours, or nothing: behind `//`, `/\` or a tab, which browsers leave out, stands another host. */
export const ownPage = (text: string | undefined): string | undefined => (/^\/(?![/\\\s\p{Cc}])[^\p{Cc}]*$/u.test(text ?? '') ? text : undefined);
