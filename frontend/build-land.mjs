// Writes the base map: the land of the world without any border, small enough to be sent to a browser.
// Usage: node build-land.mjs [file]; the same packages give the same bytes.

import { readFileSync, writeFileSync } from "node:fs";
import { feature } from "topojson-client";

const TARGET = process.argv[2] ?? new URL("../app/waypost/web/assets/land.geojson", import.meta.url);
const STEP = 100; // parts of a degree: about a kilometre, three pixels at the closest zoom that coasts are good for
const POLE = 85; // the projection of web maps ends there

const atlas = JSON.parse(readFileSync(new URL("node_modules/world-atlas/land-50m.json", import.meta.url)));
const land = feature(atlas, atlas.objects.land);

const round = (degrees) => Math.round(degrees * STEP) / STEP;
const place = ([lon, lat]) => [round(lon), round(Math.max(-POLE, Math.min(POLE, lat)))];
const same = (a, b) => a[0] === b[0] && a[1] === b[1];

// Where a coast crosses the date line, longitudes go on beyond 180 instead of jumping to the other side:
// the jump would be drawn as a line across the whole world.
function unrolled(points) {
  let turn = 0;
  const found = points.map(([lon, lat], n) => {
    if (n > 0 && lon - points[n - 1][0] > 180) turn -= 360;
    if (n > 0 && lon - points[n - 1][0] < -180) turn += 360;
    return [lon + turn, lat];
  });
  const [first, last] = [found[0], found.at(-1)];
  if (Math.abs(last[0] - first[0]) < 180) return found;
  return [...found, [last[0], -POLE], [first[0], -POLE], first]; // all around the pole: close it below
}

function ring(points) {
  const kept = unrolled(points)
    .map(place)
    .filter((point, n, all) => n === 0 || !same(point, all[n - 1]));
  return kept.length >= 4 ? kept : null; // what is smaller than the grid is nothing to see
}

const lons = (points) => points.map(([lon]) => lon);
const shifted = (points, by) => points.map(([lon, lat]) => [round(lon + by), lat]);

/** A hole on the side of the date line where its land is. */
function inside(outer, hole) {
  const found = [0, 360, -360].map((by) => shifted(hole, by));
  const [west, east] = [Math.min(...lons(outer)), Math.max(...lons(outer))];
  return found.find((points) => Math.min(...lons(points)) >= west && Math.max(...lons(points)) <= east);
}

function polygon(rings) {
  const [outer, ...holes] = rings.map(ring).filter((points) => points?.some(([, lat]) => lat > -POLE));
  return outer && [outer, ...holes.map((hole) => inside(outer, hole)).filter(Boolean)];
}

/** What goes on beyond the date line is there a second time, on the other side. */
function both(rings) {
  const by = Math.max(...lons(rings[0])) > 180 ? -360 : Math.min(...lons(rings[0])) < -180 ? 360 : 0;
  return by ? [rings, rings.map((points) => shifted(points, by))] : [rings];
}

const polygons = land.features
  .flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates))
  .map(polygon)
  .filter(Boolean)
  .flatMap(both);
const features = polygons.map((coordinates) => ({
  type: "Feature",
  properties: {},
  geometry: { type: "Polygon", coordinates },
}));
writeFileSync(TARGET, `${JSON.stringify({ type: "FeatureCollection", features })}\n`);
console.log(`${features.length} pieces of land`);
