// Keeps the view when the language is changed: the query in the address goes along.

/** Makes the language switch come back to the same query. */
export function keepView(form) {
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.search;
  });
}
