// The menu behind one's own name closes when something else is chosen, so that it never covers a card.
const menu = document.querySelector("details.who");

for (const happens of ["click", "focusin"]) {
  document.addEventListener(happens, ({ target }) => {
    if (menu && !menu.contains(target)) menu.open = false;
  });
}
