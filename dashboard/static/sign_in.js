// Signing in by a passkey: it signs the room's challenge, which goes with the form in place of a code.
import { post } from "./ask.js";
import { hook } from "./make.js";
import { able, signed, why } from "./passkeys.js";

const form = hook("sign-in");
const use = hook("passkey-use");

/** Shows one of the sentences that the page has for this, or none. */
function say(what) {
  for (const sentence of ["passkey.cannot", "passkey.failed"]) hook(sentence.replace(".", "-")).hidden = sentence !== what;
}

use.hidden = !able();
say(able() ? "" : "passkey.cannot");
use.addEventListener("click", async () => {
  if (!form.reportValidity()) return;
  say("");
  try {
    form.elements.passkey.value = await signed(await post("/sign-in/challenge", {}));
    form.requestSubmit();
  } catch (problem) {
    say(why(problem));
  }
});
