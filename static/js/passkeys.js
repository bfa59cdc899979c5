// <form data-passkey="create|get" data-passkey-options="{…}">: lets the device answer what the options ask, puts its answer into the
// field `credential`, and sends the form. <a data-passkey href>: does the same with the form of the page it leads to; whenever that
// comes to nothing, it simply leads there.
(() => {
  "use strict";
  const able = Boolean(window.PublicKeyCredential && navigator.credentials?.create && navigator.credentials?.get);
  const WHY = {
    NotAllowedError: "It was cancelled, or took too long. Try again.",
    InvalidStateError: "This device keeps a passkey for your account already.",
    NotSupportedError: "This device cannot keep a passkey. Use another device, or a security key.",
    ConstraintError: "This device cannot ask for a fingerprint, a face or a PIN. Set up its screen lock, or use another device.",
    SecurityError: "The address of this page is not the one that passkeys belong to here. Open Roster at the address its operator gave you.",
  };

  // The standard's JSON has bytes as base64url; not every browser translates by itself yet.
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const text = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  const asked = (form) => {
    const options = JSON.parse(form.dataset.passkeyOptions);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const known of [...(options.excludeCredentials ?? []), ...(options.allowCredentials ?? [])]) known.id = bytes(known.id);
    return { publicKey: options };
  };
  const answered = (credential) => {
    const { id, type, rawId, response, authenticatorAttachment = null } = credential;
    const parts = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[part]) parts[part] = text(response[part]);
    }
    return JSON.stringify({ id, type, rawId: text(rawId), response: parts, authenticatorAttachment, clientExtensionResults: {} });
  };

  const ask = async (form) => {
    const credential = await navigator.credentials[form.dataset.passkey](asked(form));
    form.elements.credential.value = answered(credential);
  };
  const say = (form, words) => {
    const place = form.parentElement.querySelector("[data-passkey-word]");
    const notice = place?.querySelector(".notice");
    if (!notice) return;
    notice.parentElement.hidden = false;
    notice.querySelector("p").textContent = words;
  };

  let asking = false;
  // Before all others: while the device is asked, the form is not on its way yet.
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (!form.matches("form[data-passkey]") || form.elements.credential.value) return;
      event.preventDefault();
      // A passkey that is made and then refused for its name would lie on the device for nothing.
      if (asking || !form.reportValidity()) return;
      asking = true;
      const button = form.querySelector("button");
      button.setAttribute("aria-busy", "true");
      try {
        await ask(form);
        form.requestSubmit();
      } catch (error) {
        say(form, WHY[error.name] ?? "Your device could not do it. Try again, or use another one.");
        button.removeAttribute("aria-busy");
      } finally {
        asking = false;
      }
    },
    true,
  );

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-passkey]");
    if (!link || !able || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { credentials: "same-origin", headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const form = document.adoptNode(page.querySelector("form[data-passkey]"));
      form.hidden = true;
      document.body.append(form);
      await ask(form);
      form.requestSubmit();
    } catch {
      location.assign(link.href);
    } finally {
      asking = false;
      link.removeAttribute("aria-busy");
    }
  });

  // A page that is come back to must ask again: what its form holds was answered once.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector("form[data-passkey]")) location.reload();
  });

  for (const note of document.querySelectorAll("[data-passkey-unable]")) {
    if (able) note.remove();
    else note.classList.add("shown");
  }
  if (able) for (const form of document.querySelectorAll("form[data-passkey]")) form.hidden = false;
})();
