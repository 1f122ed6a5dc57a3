// Names each press of a button: what is sent again because no answer came keeps its name, and is recorded once.

const open = new Map(); // what was sent -> the name of its press, as long as nobody knows what became of it
const told = (path, body) => `${path} ${JSON.stringify(body)}`;

/** The name under which this is sent: the same again until it is settled. */
export function nameOf(path, body) {
  const key = told(path, body);
  if (!open.has(key)) open.set(key, [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  return open.get(key);
}

/** An answer came, so the next press is another one; with a `problem` that leaves it open, that it may be sent again. */
export function settled(path, body, problem = null) {
  const unknown = problem && (problem.status === 0 || problem.status >= 500);
  if (unknown) problem.again = true;
  else open.delete(told(path, body));
  return problem;
}
