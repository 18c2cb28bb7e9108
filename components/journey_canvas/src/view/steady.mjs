// Python sends everything anew on each rerun. What is equal stays the same object, so that nothing is drawn again.

export function steady(old, fresh) {
  if (old === fresh || typeof old !== "object" || typeof fresh !== "object" || !old || !fresh) return fresh;
  if (Array.isArray(old) !== Array.isArray(fresh)) return fresh;
  const made = Array.isArray(fresh) ? [] : {};
  let alike = Object.keys(old).length === Object.keys(fresh).length;
  for (const [name, value] of Object.entries(fresh)) {
    made[name] = steady(old[name], value);
    alike &&= name in old && made[name] === old[name];
  }
  return alike ? old : made;
}
