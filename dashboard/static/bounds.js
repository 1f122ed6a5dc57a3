// The rectangle around shapes, in degrees, and the same grown to the form of a frame on the screen.

/** West, east, south and north of all rings of these provinces. */
export function boundsOf(provinces) {
  const points = provinces.flatMap((one) => one.rings.flat());
  const reach = (axis) =>
    points.reduce(([low, high], at) => [Math.min(low, at[axis]), Math.max(high, at[axis])], [180, -180]);
  return [...reach(0), ...reach(1)];
}

/** Those of these provinces that a box (west, south, east, north) may show something of. */
export const within = (provinces, box) =>
  provinces.filter((one) => {
    const [west, east, south, north] = boundsOf([one]);
    return west <= box[2] && east >= box[0] && south <= box[3] && north >= box[1];
  });

/** A degree of longitude is shorter than one of latitude by the cosine of the latitude. */
export const squeezeAt = (lat) => 1 / Math.cos((lat * Math.PI) / 180);

/** The bounds grown on two sides to the form of a frame of `width` × `height` pixels, with a small margin. */
export function fitted([west, east, south, north], width, height) {
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const squeeze = squeezeAt(lat);
  const across = 1.06 * Math.max(east - west, ((north - south) * squeeze * width) / height);
  const up = (across * height) / width / squeeze;
  return [lon - across / 2, lon + across / 2, lat - up / 2, lat + up / 2];
}
