// On a phone the menu lies over the page, so a tap on a page closes it; and the buttons of number fields say of which field.
(() => {
  if (window.jiranFrame) return;
  window.jiranFrame = true;
  const NARROW = 768;
  // A viewer who has chosen a page wants to see it: while it changes, Streamlit may open the menu again.
  let shut = false;
  const choose = () => (shut = window.innerWidth < NARROW);
  // A slow phone may have left the page that it opened before this runs.
  let path = new URL(performance.getEntriesByType("navigation")[0]?.name ?? location).pathname;
  const close = () => {
    if (!shut || document.querySelector("[data-testid=stSidebar]")?.dataset.collapsed !== "false") return;
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
    later(); // whether it is closed now
  };
  const nameSteps = () => {
    for (const [id, verb] of [["Up", "Increment"], ["Down", "Decrement"]]) {
      for (const button of document.querySelectorAll(`[data-testid=stNumberInputStep${id}]`)) {
        const field = button.closest("[data-testid=stNumberInput]")?.querySelector("input")?.getAttribute("aria-label");
        const name = field ? `${verb}: ${field}` : verb;
        if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
      }
    }
  };
  // A formula that is wider than its place can be scrolled, and so by keyboard too.
  const openFormulas = () => document.querySelectorAll(".katex-display:not([tabindex])").forEach((one) => one.setAttribute("tabindex", "0"));
  let waits = false;
  const later = () => {
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      if (location.pathname !== path) choose();
      path = location.pathname;
      nameSteps();
      openFormulas();
      close();
    }, 250);
  };
  const tapped = ({ target }) => {
    if (target.closest?.("[data-testid=stSidebarNavLink]")) choose();
    else if (target.closest?.("[data-testid=stExpandSidebarButton]")) shut = false;
    setTimeout(close);
  };
  // Esc leaves the mode for a projector; the page opens anew, with its panel.
  document.addEventListener("keydown", ({ key }) => {
    const link = new URL(location);
    if (key !== "Escape" || !link.searchParams.has("present")) return;
    link.searchParams.delete("present");
    location.replace(link);
  });
  document.addEventListener("click", tapped, true); // before the link is drawn anew, and its old self is nowhere
  new MutationObserver(later).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-collapsed"] });
  later();
})();
