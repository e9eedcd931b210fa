/** A finding of the fuzzer's, unless `kept`. */
export function promise(kept: boolean, what: string): void {
  if (!kept) throw new TypeError(`broken promise: ${what}`);
}
