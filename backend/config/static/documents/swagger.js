// Shows the server's own schema. Without a validator: its badge would ask a server of somebody else.
"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  defaultModelRendering: "example",
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
});
