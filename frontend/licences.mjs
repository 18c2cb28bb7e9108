// Writes the licences of the packages that are built into the journey canvas beside it.
// Usage: node licences.mjs [file]; the same packages give the same bytes.

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const TARGET = process.argv[2] ?? new URL("../app/waypost/web/assets/journey_canvas/THIRD_PARTY.txt", import.meta.url);
const OURS = ["@xyflow/react", "react", "react-dom"]; // what the source imports; the rest follows from these

const folder = (name) => new URL(`node_modules/${name}/`, import.meta.url);
const packageOf = (name) => JSON.parse(readFileSync(new URL("package.json", folder(name)), "utf-8"));

function needed(names) {
  const found = new Set(names);
  for (const name of found) for (const next of Object.keys(packageOf(name).dependencies ?? {})) found.add(next);
  return [...found].filter((name) => !name.startsWith("@types/")).sort();
}

function licence(name) {
  const file = readdirSync(folder(name)).find((entry) => /^licen[cs]e/i.test(entry));
  return file && existsSync(new URL(file, folder(name))) ? readFileSync(new URL(file, folder(name)), "utf-8").trim() : "";
}

const parts = needed(OURS).map((name) => {
  const { version, license } = packageOf(name);
  return `${name} ${version} (${license})\n\n${licence(name)}`;
});
const head = "index.js and index.css beside this file contain these packages, each under its own licence.";
writeFileSync(TARGET, `${[head, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
