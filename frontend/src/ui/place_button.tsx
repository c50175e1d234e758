/** A round button to add a track, which then shows its position in the queue, and reveals it. */

import { useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";
import "./place_button.css";

interface Props {
  state: "free" | "pending" | "placed";
  label: string;
  /** Shown once it is placed: "3rd". */
  place: string;
  onPress: () => void;
  isInTabOrder?: boolean;
  /** Whether a press would do nothing for the moment. */
  isResting?: boolean;
}

/** In a list, arrow keys go from this control of a row to that of the next one. */
export function PlaceButton({ state, label, place, onPress, isInTabOrder = true, isResting = false }: Props) {
  const wasPlaced = useRef(state === "placed");
  const hasSettled = useRef(false);
  // Only changes while it is shown are animated.
  if (state !== "placed") hasSettled.current = wasPlaced.current = false;
  else if (!wasPlaced.current) hasSettled.current = true;
  return (
    <button
      type="button"
      class="place-button"
      data-state={state}
      data-settled={hasSettled.current || undefined}
      aria-label={label}
      aria-disabled={state === "pending" || isResting || undefined}
      title={label}
      tabIndex={isInTabOrder ? 0 : -1}
      data-control="add"
      // The second click of a double click is ignored.
      onClick={({ detail }) => (state === "free" || detail < 2) && onPress()}
    >
      {state === "free" && <Icon name="add" />}
      {state === "pending" && <Icon name="clock" size={20} />}
      {state === "placed" && (
        <span class="place-button-position numbers">
          <Icon name="check" size={16} />
          {place}
        </span>
      )}
    </button>
  );
}
