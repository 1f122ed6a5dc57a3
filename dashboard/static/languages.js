// Keeps the view when the language is changed: the filter in the address goes along.

/** Makes the language switch come back to the same filter. */
export function keepView(form) {
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.hash;
  });
}
