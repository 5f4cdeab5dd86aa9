import { useEffect, useRef, useState, type RefObject } from 'react';

/** Is the element in sight, or nearly so? Observed against the page's scrolling part. */
export function useInSight<T extends Element>(): readonly [RefObject<T | null>, boolean] {
  const element = useRef<T>(null);
  const [inSight, setInSight] = useState(true);
  useEffect(() => {
    const observed = element.current;
    if (!observed) return;
    return watch(observed, setInSight);
  }, []);
  return [element, inSight];
}

/** One observer for all rows of the page. */
const told = new WeakMap<Element, (inSight: boolean) => void>();
let observer: IntersectionObserver | undefined;

function watch(element: Element, tell: (inSight: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) told.get(entry.target)?.(entry.isIntersecting);
    },
    { root: element.closest('main'), rootMargin: '300px 0px' },
  );
  told.set(element, tell);
  const watching = observer;
  watching.observe(element);
  return () => watching.unobserve(element);
}
