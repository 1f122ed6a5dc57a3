// Asks the browser for what a passkey does, in the words of the room: whoever sits there touches it, or is recognised.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Whether a page at this address may use passkeys: over https or at localhost, and at no bare number. */
export const able = () => "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(location.hostname);

/** What a person is told who got no answer of a passkey: a key of our words. */
export const why = (problem) => (problem?.name === "SecurityError" ? "passkey.cannot" : "passkey.failed");

const told = (passkey, response) =>
  JSON.stringify({ id: passkey.id, rawId: text(passkey.rawId), type: passkey.type, response });

/** The first answer of a new passkey (JSON). Rejects when there was none. */
export async function made(asked) {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const excludeCredentials = (asked.excludeCredentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  const publicKey = { ...asked, user, excludeCredentials, challenge: bytes(asked.challenge) };
  const passkey = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = passkey.response;
  return told(passkey, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) });
}

/** The answer of a passkey to a challenge of whoever signs in (JSON). Rejects when there was none. */
export async function signed({ challenge, site }) {
  const publicKey = { challenge: new TextEncoder().encode(challenge), rpId: site, userVerification: "preferred" };
  const passkey = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature } = passkey.response;
  const said = { clientDataJSON, authenticatorData, signature };
  return told(passkey, Object.fromEntries(Object.entries(said).map(([name, value]) => [name, text(value)])));
}
