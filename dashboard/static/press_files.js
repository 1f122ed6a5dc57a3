// Links to the files of a statement. What has to be printed takes seconds: this says so, and why it did not come.
import { leave, Problem } from "./ask.js";
import { make } from "./make.js";
import { t } from "./words.js";

const PATIENCE = 150000; // ms: somebody's turn at the printer, and its work

/** The files of what was released, by language; `known`: the endings of each sort, and the languages. */
export function files({ rehearsal, number, sealed }, { whole, single, printed, spoken }) {
  const named = `${rehearsal ? "exercise-" : ""}${number}`;
  const outcome = make("span", { class: "hint", role: "status" });
  const link = (ending, language = "") => {
    const href = `/statements/${named}.${ending}${language && `?lang=${language}`}`;
    const made = make("a", { href, download: ending !== "html" }, t(`press.file.${ending}`));
    if (printed.includes(ending)) made.addEventListener("click", (event) => (event.preventDefault(), fetched(made, outcome)));
    return made;
  };
  const proof = sealed ? make("a", { href: `/statements/proof/${named}.json`, download: true }, t("press.proof")) : make("span", { class: "hint" }, t("press.sealing"));
  const line = (label, links) => make("span", {}, make("span", { class: "of" }, label), make("span", { class: "links" }, links));
  const all = line(t("press.files.all"), [...whole.map((ending) => link(ending)), link("json"), proof]);
  const each = spoken.map((language) => line(t(`language.${language}`), single.map((ending) => link(ending, language))));
  return make("span", { class: "files" }, all, each, outcome);
}

/** Fetches a file and hands it to the browser to be kept. */
async function fetched(link, outcome) {
  if (link.getAttribute("aria-busy") === "true") return;
  const tell = (text, problem = false) => ((outcome.textContent = text), outcome.classList.toggle("problem", problem));
  link.setAttribute("aria-busy", "true");
  tell(t("press.printing", { file: link.textContent }));
  try {
    const answer = await fetch(link.href, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401) leave();
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    const name = answer.headers.get("Content-Disposition").match(/filename="([^"]+)"/)[1];
    const href = URL.createObjectURL(await answer.blob());
    make("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), PATIENCE);
    tell("");
  } catch (problem) {
    tell(problem.message && problem instanceof Problem ? problem.message : t("press.unprinted"), true);
  }
  link.removeAttribute("aria-busy");
}
