// Keeps the view when the language is changed: the filter in the address goes along.

/** Makes the language switch come back to the same filter; a browser carries the fragment over a redirect. */
export function keepView(form) {
  form.addEventListener("submit", () => {
    form.action = `/language${location.hash}`;
  });
}
