export function Footage() {
  return null;
}
