// What the theme leaves out for keyboards and screen readers: a name for the search, and a way
// into tables that scroll.
document$.subscribe(() => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
  const reach = () =>
    document.querySelectorAll(".md-typeset__scrollwrap").forEach((one) => {
      one.tabIndex = 0
    })
  reach()
  // The theme wraps tables when they come into view.
  new MutationObserver(reach).observe(document.body, { childList: true, subtree: true })
})
