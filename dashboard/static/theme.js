// Light or dark: as the machine wishes, or as the reader chose; a plain script so that nothing flashes before it.
(() => {
  const root = document.documentElement;
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("theme");
  const apply = (theme) => {
    root.dataset.theme = theme;
    dispatchEvent(new Event("themechange"));
  };
  apply(chosen ?? (wish.matches ? "dark" : "light"));
  wish.addEventListener("change", () => localStorage.getItem("theme") ?? apply(wish.matches ? "dark" : "light"));
  addEventListener("DOMContentLoaded", () => {
    document.querySelector('[data-testid="theme"]')?.addEventListener("click", () => {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", next);
      apply(next);
    });
  });
})();
