// What the pages cannot do alone. Everything here adds to a page that works without it.
"use strict";

(() => {
  const wide = window.matchMedia("(min-width: 60.01rem)");
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.documentElement.classList.remove("no-script");

  // The navigation on a narrow screen.
  function toggleNavigation(button) {
    const side = button.closest(".side");
    const open = side.toggleAttribute("data-open");
    button.setAttribute("aria-expanded", String(open));
  }

  // The drawer: a detail opens beside its list, and the place in the list is kept.
  let opener = null;
  function openDrawer(link) {
    opener = link;
    const drawer = find("#drawer");
    window.htmx.ajax("GET", link.href, { target: "#drawer-body", swap: "innerHTML" }).then(() => {
      find("#drawer-open-page").href = link.href;
      if (!drawer.open) drawer.show();
      drawer.scrollTop = 0;
      markRow(link.closest("tr"));
      find("#drawer-close").focus({ preventScroll: true });
    });
  }
  function closeDrawer() {
    const drawer = find("#drawer");
    if (!drawer || !drawer.open) return;
    drawer.close();
    find("#drawer-body").replaceChildren();
    markRow(null);
    if (opener && opener.isConnected) opener.focus();
  }
  function markRow(row) {
    all("tr[aria-selected]").forEach((other) => other.removeAttribute("aria-selected"));
    if (row) row.setAttribute("aria-selected", "true");
  }

  // j and k walk through a list.
  function step(by) {
    const links = all("main .table tbody tr a[data-row]");
    if (!links.length) return;
    const here = links.indexOf(document.activeElement.closest("tr")?.querySelector("a[data-row]"));
    links[Math.min(Math.max(here + by, 0), links.length - 1)].focus();
  }

  // Toasts go by themselves, unless they say something went wrong or someone is reading them.
  function tendToasts() {
    all(".toast:not(.toast-error)").forEach((toast) => {
      window.setTimeout(() => { if (!toast.matches(":hover, :focus-within")) toast.remove(); }, 6000);
    });
  }

  // The house style as it is being chosen.
  function asInk(colour) {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const light = (of) => of.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    for (let share = 1; share >= 0; share -= 0.05) {
      const darker = parts.map((part) => Math.round(part * share));
      if (1.05 / (light(darker) + 0.05) >= 4.5) return `rgb(${darker.join(" ")})`;
    }
    return "#000000";
  }
  function previewHouse(input) {
    const preview = find("#house-preview");
    if (!preview) return;
    if (input.type === "color") {
      preview.style.setProperty("--house", input.value);
      preview.style.setProperty("--house-text", asInk(input.value));
    } else if (input.type === "file" && input.files[0]) {
      const reader = new FileReader();
      reader.onload = () => { const image = find("#preview-logo"); image.src = reader.result; image.hidden = false; };
      reader.readAsDataURL(input.files[0]);
    } else {
      all(`[data-shows="${input.name}"]`, preview).forEach((place) => { place.textContent = input.value || place.dataset.otherwise || ""; });
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    const toggle = target.closest("[data-toggle-navigation]");
    if (toggle) return toggleNavigation(toggle);
    if (target.closest("[data-close-drawer]")) return closeDrawer();
    if (target.closest("[data-close-toast]")) return target.closest(".toast").remove();
    if (target.closest("[data-print]")) return window.print();
    all("details.switch[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
    const link = target.closest("a[data-drawer]");
    if (link && wide.matches && window.htmx && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openDrawer(link);
    }
    return undefined;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details.switch[open]").forEach((menu) => { menu.open = false; });
      return closeDrawer();
    }
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return undefined;
    if (event.key === "/") {
      event.preventDefault();
      const side = find(".side");
      if (side && !wide.matches) side.setAttribute("data-open", "");
      find("#find-everything")?.focus();
    }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    return undefined;
  });

  document.addEventListener("input", (event) => { if (event.target.closest("[data-previews]")) previewHouse(event.target); });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-tick-all]")) all(`input[name="${input.dataset.tickAll}"]`, input.form || document).forEach((tick) => { tick.checked = input.checked; });
    if (input.matches("[data-submit]")) input.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && !event.defaultPrevented && event.target.method === "post") {
      window.setTimeout(() => { button.disabled = true; }, 0);
      window.setTimeout(() => { button.disabled = false; }, 8000);
    }
  });

  // On a narrow screen the tabs go on sideways: show the one we are at.
  all(".tabs a[aria-current]").forEach((tab) => {
    const row = tab.parentElement;
    row.scrollLeft = Math.max(0, tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2);
  });

  tendToasts();
})();
