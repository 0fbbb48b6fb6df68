/** Puts points that would lie on top of each other on the map into groups. */

/**
 * Group points that lie within `reach` of the first one of their group.
 *
 * @param {{x: number, y: number}[]} points
 * @param {number} reach in the same units
 * @returns {{x: number, y: number}[][]} groups in the order of their first points
 */
export function groupNearby(points, reach) {
  const groups = [];
  const cells = new Map();
  for (const point of points) {
    const near = groupsAround(cells, point, reach).find(
      ([first]) => Math.hypot(first.x - point.x, first.y - point.y) <= reach,
    );
    if (near) {
      near.push(point);
      continue;
    }
    const group = [point];
    groups.push(group);
    const key = cellKey(Math.floor(point.x / reach), Math.floor(point.y / reach));
    cells.set(key, [...(cells.get(key) ?? []), group]);
  }
  return groups;
}

function groupsAround(cells, point, reach) {
  const column = Math.floor(point.x / reach);
  const row = Math.floor(point.y / reach);
  const found = [];
  for (let x = column - 1; x <= column + 1; x += 1) {
    for (let y = row - 1; y <= row + 1; y += 1) {
      found.push(...(cells.get(cellKey(x, y)) ?? []));
    }
  }
  return found;
}

function cellKey(column, row) {
  return `${column},${row}`;
}
