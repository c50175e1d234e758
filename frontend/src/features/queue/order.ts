/** In which order items stand, apart from what they say. */

/** Their keys: `before` itself where the order is still that. Most events are votes, which move nothing. */
export function orderOf(items: readonly { key: string }[], before: readonly string[]): readonly string[] {
  const isSame = items.length === before.length && items.every(({ key }, index) => key === before[index]);
  return isSame ? before : items.map(({ key }) => key);
}
