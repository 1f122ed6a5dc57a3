// Which reports each alert rests on, so that a live card can be told from others when the feed shows those of one alert.
const known = new Map();

/** Learns what alerts rest on. */
export function remember(alerts) {
  for (const { id, reports } of alerts) known.set(id, new Set(reports));
}

/** Whether an alert rests on this report; of an alert that is not known yet, nobody can say: not. */
export const restsOn = (alert, report) => !!known.get(alert)?.has(report);
