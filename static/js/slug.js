// <input data-slug-of="ID">: suggests a URL while the name is typed, until the person writes their own. The same rule as the server's.
(() => {
  "use strict";
  const LONGEST = 40;
  const slug = (name) =>
    name
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-/, "")
      .slice(0, LONGEST)
      .replace(/-$/, "");
  for (const url of document.querySelectorAll("input[data-slug-of]")) {
    const name = document.getElementById(url.dataset.slugOf);
    if (!name) continue;
    let following = url.value === "" || url.value === slug(name.value);
    name.addEventListener("input", () => {
      if (following) url.value = slug(name.value);
    });
    url.addEventListener("input", () => {
      following = url.value === "";
    });
  }
})();
