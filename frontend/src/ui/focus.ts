/** Where focus goes when the thing that it is on goes away. */

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";

/** Call it before `element` goes; what it gives, called afterwards, focuses what stood behind it. */
export function focusBehind(element: Element | null): () => void {
  if (!element) return () => {};
  const following = Node.DOCUMENT_POSITION_FOLLOWING;
  const next = [...document.querySelectorAll<HTMLElement>(FOCUSABLE)].find(
    (one) =>
      !element.contains(one) && element.compareDocumentPosition(one) & following && one.offsetParent !== null,
  );
  return () => {
    if (
      document.activeElement === null ||
      document.activeElement === document.body ||
      element.contains(document.activeElement)
    )
      next?.focus();
  };
}
