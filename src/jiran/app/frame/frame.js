// On a phone the menu lies over the page, so a tap on a page closes it; and the buttons of number fields say of which field.
(() => {
  if (window.jiranFrame) return;
  window.jiranFrame = true;
  const NARROW = 768;
  const close = () => {
    if (document.querySelector("[data-testid=stSidebar]")?.dataset.collapsed !== "false") return;
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  };
  const tapped = ({ target }) => {
    if (window.innerWidth >= NARROW || !target.closest?.("[data-testid=stSidebarNavLink]")) return;
    for (const wait of [0, 300, 1000]) setTimeout(close, wait); // while the page changes, Streamlit may open it again
  };
  document.addEventListener("click", tapped, true); // before the link is drawn anew, and its old self is nowhere
  const nameSteps = () => {
    for (const [id, verb] of [["Up", "Increment"], ["Down", "Decrement"]]) {
      for (const button of document.querySelectorAll(`[data-testid=stNumberInputStep${id}]`)) {
        const field = button.closest("[data-testid=stNumberInput]")?.querySelector("input")?.getAttribute("aria-label");
        const name = field ? `${verb}: ${field}` : verb;
        if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
      }
    }
  };
  let waits = false;
  const later = () => {
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      nameSteps();
    }, 250);
  };
  new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
  later();
})();
