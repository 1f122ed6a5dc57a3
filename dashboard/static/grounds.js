// Restricted reports: on what grounds a card is one, whether it may be released, and who is told that some wait.
import { isRestricted } from "./codes.js";
import { make } from "./make.js";
import { figure, t } from "./words.js";

const UNREAD = ["raw", "crowded", "set_aside"]; // kinds of card that no reader has read

/** The codes and words for which a card is restricted, or that it is in doubt; nothing for any other card. */
export function grounds(card) {
  if (!card.restricted) return [];
  if (card.grounds?.length) return card.grounds;
  return [t(UNREAD.includes(card.kind) ? "restricted.unread" : "restricted.doubt")];
}

/** Some codes are always restricted: what has one is given another category instead. */
export const releasable = (card) => !!card.restricted && !isRestricted(card.sub);

/** What to know before a card is released. */
export function warnings(card) {
  const hint = make("p", { class: "hint" }, t("restricted.release.hint"));
  return card.status === "verified" ? [hint, make("p", { class: "problem" }, t("restricted.public"))] : [hint];
}

/** What the people at a desk must be told: that nobody sees what waits, or the security lead, that something does. */
export function unguarded({ restricted, security_leads: leads }) {
  if (!Number.isFinite(leads)) return "";
  const n = figure(restricted);
  if (!leads) return restricted ? t("restricted.unseen", { n }) : t("restricted.unnamed");
  return document.body.dataset.role === "security_lead" && restricted ? t("restricted.wait", { n }) : "";
}
