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

/** What the server refuses is shown as it was told. */
async function ask(question: unknown): Promise<unknown> {
  const response = await fetch(ADDRESS, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(question),
  });
  return response.json();
}

const place = document.getElementById("graphiql");
if (!place) throw new Error("the page has no place for GraphiQL");
createRoot(place).render(
  createElement(GraphiQL, {
    fetcher: ask as never,
    defaultQuery: FIRST_QUESTION,
    // Nobody is anybody here: there is no header to send.
    isHeadersEditorEnabled: false,
  }),
);
