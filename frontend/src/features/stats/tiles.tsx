/** A few single numbers beside each other. */

export interface Tile {
  name: string;
  told: string;
}

export function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl class="stats-tiles">
      {tiles.map(({ name, told }) => (
        <div class="stats-tile" key={name}>
          <dt class="dim small">{name}</dt>
          <dd class="numbers">{told}</dd>
        </div>
      ))}
    </dl>
  );
}
