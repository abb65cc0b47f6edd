/** What is done once, when an element comes into view. Knows no element. */
interface Seen {
  readonly act: () => void;
  /** How far outside the view it may still be; the view itself unless given. */
  readonly margin?: string;
}

/** An action of Svelte: `<div use:whenSeen={{ act }}>`. */
export function whenSeen(node: Element, { act, margin = '0px' }: Seen): { destroy: () => void } {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: margin },
  );
  observer.observe(node);
  return { destroy: () => observer.disconnect() };
}
