/** Where focus goes when the thing that it is on goes away. */

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";

/** Call it before `element` goes; what it gives, called afterwards, focuses what stood behind it and still does. */
export function focusBehind(element: Element | null): () => void {
  if (!element) return () => {};
  const following = Node.DOCUMENT_POSITION_FOLLOWING;
  const behind = [...document.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) => !element.contains(one) && element.compareDocumentPosition(one) & following,
  );
  return () => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || element.contains(activeElement))
      behind.find((one) => one.isConnected && one.offsetParent !== null)?.focus();
  };
}
