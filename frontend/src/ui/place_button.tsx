/** A round button to add something, which then says where that stands, and leads there. */

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
  // Only what happens before one's eyes is shown as happening.
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
      // The second click of a double one is no second wish.
      onClick={({ detail }) => (state === "free" || detail < 2) && onPress()}
    >
      {state === "free" && <Icon name="add" />}
      {state === "pending" && <Icon name="clock" size={20} />}
      {state === "placed" && (
        <span class="place-button-place numbers">
          <Icon name="check" size={16} />
          {place}
        </span>
      )}
    </button>
  );
}
