/** GraphiQL, asking the server that gave this page. */

import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./style.css";

const ADDRESS = "/api/gql/";
// Without a name: the editor sends that of a moment ago, which a question that was just typed may not have.
const FIRST_QUESTION = `# What charts there are. Ctrl-Enter asks, Ctrl-Space suggests; the book at the left knows every field.

{
  genres {
    name
    displayName
  }
}
`;

/** Errors of the server are shown as they were received. */
async function ask(question: unknown): Promise<unknown> {
  const response = await fetch(ADDRESS, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(question),
  });
  return response.json();
}

// The editors of CodeMirror have no names of their own for a screen reader.
const NAMES = {
  ".graphiql-query-editor textarea": "Query",
  ".graphiql-editor-tool textarea": "Variables, as JSON",
  ".result-window textarea": "Answer",
};

function nameEditors(): void {
  for (const [selector, name] of Object.entries(NAMES)) {
    for (const field of document.querySelectorAll(selector)) {
      if (!field.hasAttribute("aria-label")) field.setAttribute("aria-label", name);
    }
  }
}

const place = document.getElementById("graphiql");
if (!place) throw new Error("the page has no place for GraphiQL");
new MutationObserver(nameEditors).observe(place, { childList: true, subtree: true });
createRoot(place).render(
  createElement(GraphiQL, {
    fetcher: ask as never,
    defaultQuery: FIRST_QUESTION,
    // Nobody is anybody here: there is no header to send.
    isHeadersEditorEnabled: false,
  }),
);
