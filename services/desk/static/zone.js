// Tells the server the zone of this browser, so that the next page shows its times in it.
{
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { base } = document.currentScript.dataset;
  document.cookie = `dateline_browser_zone=${timeZone}; path=${base}; max-age=31536000; samesite=lax`;
}
