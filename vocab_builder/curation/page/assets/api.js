// Questions to the server. Every answer is JSON; an error has a message for the person.

export class Refusal extends Error {
  // status: of HTTP; 0 where nothing answered.
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("Sonolex does not answer. If it was stopped, start sonolex curate again and open the address that it prints.", 0);
  }
  let answer;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("Sonolex stopped in the middle of its answer.", 0);
  }
  if (!response.ok) throw new Refusal(answer.error, response.status);
  return answer;
}

export function ask(name, query = {}, signal = null) {
  return fetched(`/api/${name}?${new URLSearchParams(query)}`, { signal });
}

export function send(name, body) {
  return fetched(`/api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const clipAddress = (id) => `/api/clip?${new URLSearchParams({ id })}`;
