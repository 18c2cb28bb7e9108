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

function ring(points) {
  const kept = points.map(place).filter((point, n, all) => n === 0 || !same(point, all[n - 1]));
  return kept.length >= 4 ? kept : null; // what is smaller than the grid is nothing to see
}

function polygon(rings) {
  const kept = rings.map(ring);
  return kept[0] && kept.filter(Boolean);
}

const polygons = land.features
  .flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates))
  .map(polygon)
  .filter(Boolean);
const features = polygons.map((coordinates) => ({
  type: "Feature",
  properties: {},
  geometry: { type: "Polygon", coordinates },
}));
writeFileSync(TARGET, `${JSON.stringify({ type: "FeatureCollection", features })}\n`);
console.log(`${features.length} pieces of land`);
