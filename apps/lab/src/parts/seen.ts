/** What is done once, when an element comes into view. Knows no element. */
interface Seen {
  readonly act: () => void;
  /** How far outside the view it may still be; the view itself unless given. */
  readonly margin?: string;
  /** How much of it must be in view; the least bit unless given. What is higher than the view counts when it fills half of that. */
  readonly share?: number;
}

/** An action of Svelte: `<div use:whenSeen={{ act }}>`. */
export function whenSeen(node: Element, { act, margin = '0px', share = 0 }: Seen): { destroy: () => void } {
  const observer = new IntersectionObserver(
    (entries) => {
      const fills = ({ intersectionRatio, intersectionRect }: IntersectionObserverEntry): boolean =>
        intersectionRatio >= share || intersectionRect.height > innerHeight / 2;
      if (!entries.some((entry) => entry.isIntersecting && fills(entry))) return;
      observer.disconnect();
      act();
    },
    { rootMargin: margin, threshold: share === 0 ? 0 : [0, share / 2, share, 1] },
  );
  observer.observe(node);
  return { destroy: () => observer.disconnect() };
}
