// Points that would lie on each other at this zoom become one bubble with their number.

/** Groups points {lat, lon, severity} on a grid with cells of `cell` degrees: [{lat, lon, points, severity}]. */
export function clusters(points, cell) {
  const cells = new Map();
  for (const point of points) {
    const key = `${Math.floor(point.lon / cell)}:${Math.floor(point.lat / cell)}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(point);
  }
  return [...cells.values()].map(gathered);
}

function gathered(points) {
  const mean = (name) => points.reduce((sum, point) => sum + point[name], 0) / points.length;
  return { lat: mean("lat"), lon: mean("lon"), points, severity: Math.max(...points.map((point) => point.severity)) };
}

/** True when zooming in would not part them: the same station, or the middle of the same commune. */
export function together(cluster) {
  const spread = (name) => {
    const values = cluster.points.map((point) => point[name]);
    return Math.max(...values) - Math.min(...values);
  };
  return spread("lat") < 0.002 && spread("lon") < 0.002;
}
