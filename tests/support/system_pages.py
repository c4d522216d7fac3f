"""Pages in the manner of publishing systems of the wide web, each with pieces of its text and pieces of what is not."""

# ruff: noqa: E501 - a page is one line

from collections.abc import Sequence

GERMAN = [
    "Die Stadt hat am Dienstag die neue Brücke über den Fluss geöffnet, und in der ersten Stunde gingen mehrere hundert Menschen hinüber.",
    "Zwei Jahre lang wurde daran gebaut, weil die alten Pfeiler schwächer waren, als man am Anfang erwartet hatte.",
    "Noch vor dem Winter will der Rat Bäume pflanzen.",
    "„Wir sind froh“, sagte die Bürgermeisterin.",
]
FRENCH = [
    "La ville a ouvert mardi le nouveau pont, et plusieurs centaines de personnes l'ont traversé pendant la première heure.",
    "Les travaux ont duré deux ans, parce que les anciens piliers étaient plus faibles que l'on ne pensait.",
    "Le conseil veut planter des arbres.",
]
ENGLISH = [
    "The town opened the new bridge on Tuesday morning, and several hundred people walked across it in the first hour.",
    "Builders had worked on it for two years, because the old piers turned out to be weaker than anybody had expected.",
    "The council wants to plant trees.",
]
RUSSIAN = [
    "Во вторник утром город открыл новый мост, и за первый час по нему прошли несколько сотен человек.",
    "Строительство длилось два года, потому что старые опоры оказались слабее, чем ожидали вначале.",
    "Совет хочет посадить деревья.",
]
SPANISH = [
    "La ciudad abrió el martes el nuevo puente, y varios cientos de personas lo cruzaron durante la primera hora.",
    "Las obras duraron dos años porque los pilares antiguos eran más débiles de lo que se pensaba.",
    "El concejo quiere plantar árboles.",
]


def paragraphs(texts: Sequence[str]) -> str:
    """Each text in an element of its own."""
    return "".join(f"<p>{text}</p>" for text in texts)


def broken(texts: Sequence[str]) -> str:
    """Texts that line breaks part."""
    return "<br><br>".join(texts)


PAGES: dict[str, tuple[str, str, str, list[str], list[str]]] = {}

PAGES["kubrick-de"] = (
    "http://blog.example.de/2008/03/bruecke/",
    "de",
    f"""<div id="page"><div id="header"><div id="headerimg"><h1><a href="/">Mein Blog</a></h1><div class="description">Notizen aus dem Tal</div></div></div><div id="content" class="widecolumn"><div class="navigation"><div class="alignleft">&laquo; <a href="/1">Letzter Beitrag</a></div><div class="alignright"><a href="/2">Nächster Beitrag</a> &raquo;</div></div><div class="post" id="post-12"><h2>Die Brücke ist offen</h2><div class="entry">{paragraphs(GERMAN)}<p class="postmetadata alt"><small>Dieser Beitrag wurde am Mittwoch, 12. März 2008 um 10:15 veröffentlicht und unter Allgemein gespeichert. Du kannst die Kommentare zu diesem Beitrag durch den RSS 2.0-Feed verfolgen.</small></p></div></div><h3 id="comments">2 Kommentare zu „Die Brücke ist offen“</h3><ol class="commentlist"><li id="comment-1"><cite>Robin</cite> sagt:<br><small>12. März 2008 um 12:00</small><p>Endlich! Ich bin gleich am ersten Tag hinüber gegangen und es war wunderbar.</p></li></ol><h3 id="respond">Schreibe einen Kommentar</h3><form><p>Name (erforderlich)</p></form></div><div id="footer"><p>Mein Blog läuft mit WordPress. Beiträge (RSS) und Kommentare (RSS).</p></div></div>""",
    GERMAN,
    ["RSS 2.0", "Endlich!", "Letzter Beitrag", "läuft mit", "erforderlich", "Notizen aus"],
)
PAGES["twentyeleven-en"] = (
    "http://blog.example.com/bridge/",
    "en",
    f"""<div id="page" class="hfeed"><header id="branding"><h1 id="site-title"><a href="/">Harbor Notes</a></h1><h2 id="site-description">Life by the water</h2><nav id="access"><div class="menu"><ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></div></nav></header><div id="main"><div id="primary"><div id="content" role="main"><nav id="nav-single"><h3 class="assistive-text">Post navigation</h3><span class="nav-previous"><a href="/1">← Previous</a></span></nav><article class="post"><header class="entry-header"><h1 class="entry-title">The bridge is open</h1><div class="entry-meta"><span class="sep">Posted on </span><a href="/x"><time class="entry-date" datetime="2012-03-12T10:15:00+00:00">March 12, 2012</time></a></div></header><div class="entry-content">{paragraphs(ENGLISH)}<div class="sharedaddy"><h3>Share this:</h3><ul><li>Facebook</li></ul></div><div id="jp-relatedposts"><h3>Related</h3><p>Old pier falls</p></div></div><footer class="entry-meta">This entry was posted in <a href="/c">News</a> and tagged <a href="/t">bridge</a> by <a href="/a">dana</a>. Bookmark the permalink.<div id="author-info"><div id="author-description"><h2>About dana</h2>Dana writes about boats and bridges and has done so since the year 1999.</div></div></footer></article><div id="comments"><h2 id="comments-title">One thought on “The bridge is open”</h2><ol class="commentlist"><li><article class="comment"><footer>robin on March 13, 2012 said:</footer><div class="comment-content"><p>I walked over it on the very first day and it was a fine thing to do.</p></div></article></li></ol></div></div></div><div id="secondary" class="widget-area"><aside class="widget"><h3 class="widget-title">Archives</h3><ul><li><a href="/m">March 2012</a></li></ul></aside></div></div><footer id="colophon">Proudly powered by WordPress</footer></div>""",
    ENGLISH,
    ["Bookmark", "Dana writes", "I walked", "Share this", "Archives", "powered"],
)
PAGES["blogger-de"] = (
    "http://bei.blogspot.de/2010/03/bruecke.html",
    "de",
    f"""<div class="content-outer"><header><h1 class="title"><a href="/">Beispielblog</a></h1><p class="description">Alles über Brücken und Flüsse</p></header><div class="main"><div class="date-outer"><h2 class="date-header"><span>Freitag, 12. März 2010</span></h2><div class="post hentry"><h3 class="post-title entry-title">Die Brücke ist offen</h3><div class="post-body entry-content">{broken(GERMAN)}<div style="clear:both"></div></div><div class="post-footer"><div class="post-footer-line"><span class="post-author vcard">Eingestellt von <span class="fn">Dana</span></span> <span class="post-timestamp">um <abbr class="published" title="2010-03-12T10:15:00+01:00">10:15</abbr></span></div><div>Labels: <a href="/l">Brücke</a>, <a href="/m">Fluss</a></div></div></div></div><div class="comments" id="comments"><h4>1 Kommentar:</h4><dl><dt>Robin <a>sagt</a></dt><dd>Ich bin gleich am ersten Tag hinüber gegangen und es war sehr schön dort.</dd></dl><p>Kommentar veröffentlichen</p></div></div><div class="sidebar"><h2>Über mich</h2><p>Ich wohne am Fluss und schreibe gerne über das, was ich dort sehe und höre.</p><h2>Blog-Archiv</h2><ul><li>März (3)</li></ul></div></div>""",
    GERMAN,
    ["Alles über", "Labels", "Ich bin gleich", "Ich wohne", "Eingestellt"],
)
PAGES["joomla15"] = (
    "http://verein.example.de/index.php?option=com_content&id=12",
    "de",
    f"""<table width="900"><tr><td colspan="3"><img src="logo.gif"></td></tr><tr><td class="left"><table class="moduletable"><tr><th>Hauptmenü</th></tr><tr><td><a href="/a">Startseite</a></td></tr><tr><td><a href="/b">Verein</a></td></tr><tr><td><a href="/c">Termine</a></td></tr></table><h3>Wer ist online</h3><div>Wir haben 12 Gäste online</div></td><td class="mainbody"><span class="pathway">Startseite &gt; Aktuelles</span><table class="contentpaneopen"><tr><td class="contentheading">Die Brücke ist offen</td><td class="buttonheading"><a title="PDF">PDF</a></td><td><a title="Drucken">Drucken</a></td><td><a>E-Mail</a></td></tr></table><table class="contentpaneopen"><tr><td><span class="small">Geschrieben von: Dana Beispiel</span></td></tr><tr><td class="createdate">Freitag, den 12. März 2010 um 10:15 Uhr</td></tr><tr><td valign="top">{paragraphs(GERMAN)}</td></tr><tr><td class="modifydate">Zuletzt aktualisiert am Samstag, den 13. März 2010 um 11:00 Uhr</td></tr></table><a href="/back">Zurück</a></td><td class="right"><h3>Neueste Nachrichten</h3><ul><li><a href="/1">Sommerfest am Fluss</a></li><li><a href="/2">Neuer Vorstand gewählt</a></li></ul></td></tr><tr><td colspan="3">Joomla! ist freie, unter der GNU/GPL-Lizenz veröffentlichte Software.</td></tr></table>""",
    GERMAN,
    ["Hauptmenü", "Gäste", "Geschrieben", "Zuletzt", "Sommerfest", "GNU"],
)
PAGES["typo3"] = (
    "http://www.stadt.example.de/aktuell/bruecke.html",
    "de",
    f"""<div id="wrap"><div id="head"><a href="/"><img alt="Logo"></a><ul id="meta"><li><a href="/k">Kontakt</a></li><li><a href="/i">Impressum</a></li></ul></div><div id="nav"><ul><li><a href="/r">Rathaus</a></li><li><a href="/l">Leben</a></li></ul></div><div id="breadcrumb">Sie sind hier: <a href="/">Start</a> / Aktuelles</div><div id="c12" class="csc-default"><div class="news-single-item"><h1>Die Brücke ist offen</h1><p class="news-single-timedata">12.03.2010</p><div class="news-single-img"><img src="a.jpg"><p class="news-single-imgcaption">Die neue Brücke. Foto: Stadt</p></div>{paragraphs(GERMAN)}<dl class="news-single-files"><dt>Dateien:</dt><dd><a href="a.pdf">Plan der Brücke.pdf</a> 120 K</dd></dl><p class="news-single-backlink"><a href="/">&lt;- Zurück zu: Aktuelles</a></p></div></div><div id="right"><h3>Kontakt</h3><p>Stadt Beispielhausen<br>Marktplatz 1<br>12345 Beispielhausen<br>Telefon 01234 567</p></div><div id="foot">© Stadt Beispielhausen | Datenschutz | Seite drucken | nach oben</div></div>""",
    GERMAN,
    ["Marktplatz", "Sie sind", "Dateien", "Zurück", "drucken", "Foto:"],
)
PAGES["drupal7-fr"] = (
    "http://asso.example.fr/pont",
    "fr",
    f"""<div id="page"><div id="header"><div id="name-and-slogan"><h1 id="site-name"><a href="/">Asso du Pont</a></h1><div id="site-slogan">Ensemble sur la rive</div></div></div><div id="main"><div id="content"><h1 class="title" id="page-title">Le pont est ouvert</h1><div class="node node-article"><span class="submitted">Soumis par dana le ven, 12/03/2010 - 10:15</span><div class="content"><div class="field field-name-body">{paragraphs(FRENCH)}</div><div class="field field-name-field-tags"><div class="field-label">Étiquettes: </div><a href="/t">pont</a></div></div><ul class="links inline"><li><a href="/user/login">Connectez-vous</a> ou <a href="/r">inscrivez-vous</a> pour publier un commentaire</li></ul></div></div><div id="sidebar-first"><h2>Connexion utilisateur</h2><form><label>Nom d'utilisateur *</label><input></form></div></div><div id="footer">Mentions légales - Contact - Plan du site</div></div>""",
    FRENCH,
    ["Soumis", "Étiquettes", "Connectez", "Nom d", "Mentions", "Ensemble"],
)
PAGES["spip"] = (
    "http://asso.example.fr/spip.php?article12",
    "fr",
    f"""<div id="page"><div id="entete"><a href="/">Asso</a></div><div class="arbo"><a href="/">Accueil</a> &gt; <a href="/a">Actualités</a></div><div class="cartouche"><p class="surtitre">Travaux</p><h1 class="crayon">Le pont est ouvert</h1><p class="info-publi">vendredi <abbr class="published" title="2010-03-12T10:15">12 mars 2010</abbr>, par <span class="vcard author">Dana</span></p></div><div class="chapo"><p>Après deux ans de travaux, les habitants peuvent enfin passer d'une rive à l'autre sans détour.</p></div><div class="texte">{paragraphs(FRENCH)}</div><a name="forum"></a><div class="forum"><p class="forum-repondre"><a>Répondre à cet article</a></p></div><div class="nav"><h2>Dans la même rubrique</h2><ul><li><a href="/1">La fête du quai</a></li><li><a href="/2">Le marché couvert</a></li></ul></div><div id="pied">SPIP | Squelette | Se connecter | Plan du site | Suivre la vie du site RSS 2.0</div></div>""",
    ["Après deux ans", *FRENCH],
    ["Répondre", "fête du quai", "Squelette", "par Dana"],
)
PAGES["elpais-like"] = (
    "https://periodico.example.es/a.html",
    "es",
    f"""<header><nav><a href="/i">Internacional</a><a href="/o">Opinión</a></nav></header><main><article><header><span class="a_k_n">Infraestructuras</span><h1>El puente ya está abierto</h1><h2>El concejo quiere plantar árboles antes del invierno y pide opinión a los vecinos</h2><figure><img src="a.jpg"><figcaption>Vecinos en el puente.<span>EFE</span></figcaption></figure><div class="a_md"><div class="a_md_a"><a href="/autor">DANA EJEMPLO</a></div><span>Valle - 12 mar 2020 - 10:15 CET</span></div></header><div class="a_c">{paragraphs(SPANISH[:2])}<section class="ep_n"><header><h3>MÁS INFORMACIÓN</h3></header><a href="/1">Las obras del dique empiezan en junio</a></section><p>{SPANISH[2]}</p></div><div class="a_t">Archivado en: <a href="/t">Puentes</a> · <a href="/u">Valle</a></div><div class="a_e">Normas · Más información</div></article></main><footer>© EDICIONES EJEMPLO S.L.</footer>""",
    SPANISH,
    ["MÁS INF", "dique", "Archivado", "Normas", "EDICIONES"],
)
PAGES["ru-news"] = (
    "https://gazeta.example.ru/news/12/",
    "ru",
    f"""<div class="header"><div class="logo">Газета</div><div class="menu"><a href="/1">Политика</a><a href="/2">Общество</a><a href="/3">Спорт</a></div></div><div class="content"><h1>Новый мост открыт</h1><div class="info">12.03.2014 10:15 | Просмотров: 1204 | <a href="#c">Комментарии (3)</a></div><div class="text">{paragraphs(RUSSIAN)}<p>Ранее сообщалось, что <a href="/9">старый мост закрыли</a> из-за трещин.</p></div><div class="tags">Теги: <a href="/t">мост</a></div><div class="share">Поделиться: ВКонтакте Одноклассники</div><div class="more"><h3>Читайте также</h3><a href="/7">В городе открылся рынок</a><a href="/8">Школы закроют на карантин</a></div><div class="comments"><div class="c"><b>Иван</b> 12.03.2014 12:00<p>Наконец-то, давно пора было его открыть для людей!</p></div></div></div><div class="right"><h3>Погода</h3><p>Сегодня +5, без осадков</p><h3>Опрос</h3><p>Пойдёте ли вы на новый мост в эти выходные?</p></div><div class="foot">© 2014 Газета. При использовании материалов ссылка обязательна.</div>""",
    [*RUSSIAN, "Ранее сообщалось"],
    ["Просмотров", "Теги", "Поделиться", "рынок", "Наконец", "Погода", "Пойдёте", "ссылка"],
)
PAGES["phpbb-de"] = (
    "http://forum.example.de/viewtopic.php?t=12",
    "de",
    f"""<div id="wrap"><div id="page-header"><h1>Brückenforum</h1><p>Das Forum für alle Freunde der Brücken</p><ul class="navlinks"><li><a href="/">Foren-Übersicht</a></li></ul></div><div id="page-body"><h2><a href="/t">Ist die Brücke offen?</a></h2><div class="topic-actions">3 Beiträge • Seite 1 von 1</div><div id="p1" class="post bg2"><div class="postbody"><h3 class="first"><a href="#p1">Ist die Brücke offen?</a></h3><p class="author">von <strong>dana</strong> » 12. Mär 2010, 10:15</p><div class="content">{broken(GERMAN[:2])}</div><div class="signature">Wer rastet, der rostet.</div></div><dl class="postprofile"><dt>dana</dt><dd><strong>Beiträge:</strong> 120</dd><dd><strong>Registriert:</strong> 3. Jan 2009, 12:00</dd></dl></div><div id="p2" class="post bg1"><div class="postbody"><h3><a href="#p2">Re: Ist die Brücke offen?</a></h3><p class="author">von <strong>robin</strong> » 12. Mär 2010, 12:00</p><div class="content">Ja, seit Dienstag. Ich bin gleich am ersten Tag hinüber gegangen und es war sehr schön.</div></div></div><div class="topic-actions">Antwort erstellen</div><h3>Wer ist online?</h3><p>Mitglieder in diesem Forum: 0 Mitglieder und 2 Gäste</p></div><div id="page-footer">Powered by phpBB</div></div>""",
    GERMAN[:2],
    ["Mitglieder in", "Registriert", "Powered", "Freunde"],
)
PAGES["shop-text-de"] = (
    "https://laden.example.de/stiefel",
    "de",
    """<header><a href="/">Laden</a><nav><ul><li><a href="/h">Herren</a></li><li><a href="/d">Damen</a></li></ul></nav></header><div class="content-main"><div class="breadcrumb">Herren / Schuhe</div><h1 class="product--title">Gummistiefel Nordsee</h1><div class="product--price">49,90 € *</div><p class="tax">inkl. MwSt. zzgl. Versandkosten</p><button>In den Warenkorb</button><div class="tab"><h2>Beschreibung</h2><div class="product--description"><p>Der Stiefel Nordsee besteht aus Naturkautschuk und hält auch bei Sturm trocken. Die Sohle ist rutschfest und der Schaft hoch genug für nasse Wiesen.</p><ul><li>Naturkautschuk</li><li>rutschfeste Sohle</li></ul></div><h2>Bewertungen 1</h2><p>Von: Robin Am: 12.03.2020 Super Stiefel, gerne wieder, passen sehr gut und sind trocken.</p></div><h2>Kunden kauften auch</h2><div class="box"><a href="/x">Socken Wolle</a> 9,90 € *</div></div><footer>Service Hotline Telefonische Unterstützung und Beratung unter: 0180 000</footer>""",
    ["Der Stiefel", "Naturkautschuk"],
    ["Warenkorb", "Socken", "Hotline", "Versandkosten"],
)
PAGES["table2000-en"] = (
    "http://www.old.example.com/news/bridge.htm",
    "en",
    f"""<table border=0 width=700><tr><td bgcolor=blue colspan=2><font color=white size=6>Valley Online</font></td></tr><tr><td width=150 valign=top><font size=2><a href=a.htm>Home</a><br><a href=b.htm>News</a><br><a href=c.htm>Sports</a><br><br><b>Today's Poll</b><br>Will you walk over the bridge this weekend?<br></font></td><td valign=top><font size=1>March 12, 2001</font><br><font size=5><b>The bridge is open</b></font><br><font size=2><i>By Dana Example<br>Staff Writer</i><br><br>{broken(ENGLISH)}<br><br><a href=mailto:x>Write to the editor</a></font></td></tr><tr><td colspan=2 align=center><font size=1>Copyright 2001 Valley Online. All rights reserved.</font></td></tr></table>""",
    ENGLISH,
    ["Poll", "Home", "Copyright", "Write to"],
)
PAGES["medium"] = (
    "https://medium.example.com/@dana/bridge-12",
    "en",
    f"""<div id="root"><div class="a b c"><nav><a href="/">Medium</a><a href="/s">Sign in</a></nav></div><article><div class="l m"><section><div><div class="n"><h1 class="pw-post-title">The bridge is open</h1><h2 class="pw-subtitle-paragraph">What two years of work look like</h2><div class="ao"><a href="/@dana">Dana Example</a><div>Follow</div><span>5 min read</span><span>·</span><span>Mar 12, 2020</span></div><div class="bq">--</div><div>Listen</div><div>Share</div></div>{"".join(f'<p class="pw-post-body-paragraph">{x}</p>' for x in ENGLISH)}</div></section></div></article><div><a href="/t/bridge">Bridge</a><a href="/t/town">Town</a></div><div><h2>Written by Dana Example</h2><div>120 Followers</div><p>Writes about boats and bridges and has done so since nineteen ninety-nine.</p></div><div><h2>More from Dana Example</h2><article><h2>Old pier falls</h2><p>A sad day for all who fished from it in the long summer evenings.</p></article></div></div>""",
    ENGLISH,
    ["Followers", "Writes about", "Old pier", "A sad day", "Follow", "Listen"],
)
PAGES["discourse"] = (
    "https://forum.example.com/t/bridge/12",
    "en",
    f"""<div id="main-outlet"><h1><a href="/t/bridge/12">The bridge is open</a></h1><div class="topic-category"><a href="/c/news">News</a></div><div itemscope itemtype="http://schema.org/DiscussionForumPosting"><div class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator"><a href="/u/dana"><span itemprop="name">dana</span></a></span><time itemprop="datePublished" datetime="2020-03-12T10:15:00Z" class="post-time">March 12, 2020, 10:15am</time><span itemprop="position">1</span></div><div class="post" itemprop="text">{paragraphs(ENGLISH)}</div><div class="interactionStatistic">3 Likes</div></div><div class="topic-body crawler-post" itemprop="comment"><div class="crawler-post-meta"><span class="creator"><a href="/u/robin">robin</a></span><time itemprop="datePublished" datetime="2020-03-13T10:15:00Z">March 13, 2020</time></div><div class="post" itemprop="text"><p>I walked over it on the very first day and it was a fine thing to do.</p></div></div></div></div><footer><nav><ul><li><a href="/">Home</a></li><li><a href="/categories">Categories</a></li><li><a href="/faq">FAQ/Guidelines</a></li></ul></nav><p>Powered by Discourse, best viewed with JavaScript enabled</p></footer>""",
    ENGLISH,
    ["Powered", "Guidelines", "3 Likes"],
)
PAGES["hugo"] = (
    "https://dana.example.dev/posts/bridge/",
    "en",
    f"""<header class="site-header"><a class="logo" href="/">dana.dev</a><nav><a href="/posts">Posts</a><a href="/about">About</a></nav></header><main class="content"><article class="post"><h1 class="post-title">The bridge is open</h1><p class="meta">Mar 12, 2020 · 3 min read · <a href="/tags/town">#town</a></p><aside class="toc"><h2>Contents</h2><ul><li><a href="#a">Why</a></li><li><a href="#b">How</a></li></ul></aside><h2 id="a">Why</h2>{paragraphs(ENGLISH[:2])}<h2 id="b">How</h2><p>{ENGLISH[2]}</p><pre><code>make bridge
make trees</code></pre><p>That is all.</p></article><nav class="post-nav"><a href="/1">← Old pier falls</a><a href="/2">New lamps →</a></nav></main><footer>© 2020 Dana Example. Built with Hugo.</footer>""",
    [*ENGLISH, "That is all."],
    ["Contents", "Old pier", "Built with"],
)
PAGES["notags-divs-de"] = (
    "https://seite.example.de/a",
    "de",
    f"""<div class="x1"><div class="x2"><div class="x3"><span>Magazin</span></div><div class="x4"><a href="/1">Leute</a><a href="/2">Reise</a><a href="/3">Essen</a></div></div><div class="x5"><div class="x6">Die Brücke ist offen</div><div class="x7">von Dana Beispiel</div>{"".join(f'<div class="x8">{t}</div>' for t in GERMAN)}<div class="x9"><div class="y1">Das könnte dich auch interessieren</div><div class="y2"><a href="/7">Der alte Steg ist weg</a></div><div class="y2"><a href="/8">Ein Fest am Fluss für alle</a></div></div></div><div class="z">Impressum Datenschutz AGB</div></div>""",
    GERMAN,
    ["Leute", "alte Steg", "Impressum", "interessieren"],
)
PAGES["wiki"] = (
    "https://wiki.example.org/wiki/Bridge",
    "en",
    f"""<div id="content"><h1 id="firstHeading">River Bridge</h1><div id="siteSub">From Valley Wiki, the free encyclopedia</div><div id="jump-to-nav">Jump to navigation</div><div id="mw-content-text"><p>{ENGLISH[0]}</p><div id="toc"><h2>Contents</h2><ul><li><a href="#h">1 History</a></li></ul></div><h2><span class="mw-headline">History</span><span class="mw-editsection">[edit]</span></h2><p>{ENGLISH[1]}<sup><a href="#c1">[1]</a></sup></p><h2>References</h2><ol class="references"><li>^ Example, D. (2009). Bridges of the Valley.</li></ol></div><div id="catlinks">Categories: <a href="/b">Bridges</a></div></div><div id="mw-panel"><ul><li><a href="/m">Main page</a></li></ul></div><div id="footer"><ul><li>This page was last edited on 12 March 2020, at 10:15.</li><li>Text is available under the Creative Commons License.</li></ul></div>""",
    ENGLISH[:2],
    ["Jump to", "[edit]", "Categories", "Creative Commons"],
)
PAGES["ministry-de"] = (
    "https://www.ministerium.example.de/SharedDocs/Pressemitteilungen/DE/2020/bruecke.html",
    "de",
    f"""<div class="wrapperOuter"><p class="navSkip"><em>Navigation und Service</em></p><ul><li><a href="#c">Direkt zu: Inhalt</a></li><li><a href="#h">Hauptmenü</a></li></ul><div id="navServiceMeta"><ul><li><a href="/l">Leichte Sprache</a></li><li><a href="/g">Gebärdensprache</a></li></ul></div><div id="content"><div class="breadcrumbs"><a href="/">Startseite</a> › Pressemitteilungen</div><h1 class="isFirstInSlot">Die Brücke ist offen</h1><div class="docData"><dl><dt>Typ:</dt><dd>Pressemitteilung</dd><dt>Datum:</dt><dd>12.03.2020</dd></dl></div><p><strong>Nach zwei Jahren Bauzeit hat das Ministerium die Brücke dem Verkehr übergeben.</strong></p>{paragraphs(GERMAN)}<div class="sectionRelated"><h2>Zusatzinformationen</h2><h3>Kontakt</h3><p>Pressestelle<br>Telefon: 030 12345<br>E-Mail: presse@ministerium.example.de</p></div></div><div id="footer"><p>© Ministerium für Brücken</p></div></div>""",
    ["Nach zwei Jahren", *GERMAN],
    ["Direkt zu", "Leichte", "030 12345", "Typ:", "Zusatz"],
)
PAGES["ar"] = (
    "https://sahifa.example/a/12",
    "ar",
    """<header><a href="/">الصحيفة</a><nav><a href="/1">سياسة</a><a href="/2">رياضة</a></nav></header><div class="main"><h1>افتتاح الجسر الجديد</h1><div class="date">12 مارس 2020</div><div class="body"><p>افتتحت المدينة صباح الثلاثاء الجسر الجديد، وعبره عدة مئات من الأشخاص خلال الساعة الأولى من النهار.</p><p>واستغرق البناء عامين لأن الأعمدة القديمة كانت أضعف مما كان متوقعا في البداية من قبل المهندسين.</p><p>ويريد المجلس زراعة الأشجار.</p></div><div class="rel"><h3>اقرأ أيضا</h3><a href="/7">سوق جديد في المدينة القديمة</a></div></div><footer>جميع الحقوق محفوظة 2020</footer>""",
    ["افتتحت المدينة", "واستغرق", "ويريد المجلس"],
    ["سوق جديد", "جميع الحقوق", "سياسة"],
)
PAGES["zh"] = (
    "https://news.example.cn/a/12",
    "zh",
    """<div class="nav"><a href="/1">首页</a><a href="/2">新闻</a></div><div class="position">当前位置：首页 > 新闻 > 正文</div><h1>新桥星期二开通</h1><div class="source">2020-03-12 10:15:22　来源：新华社　作者：张三　【字号：大 中 小】</div><div class="TRS_Editor"><p>　　星期二上午，市里的新桥正式开通，第一个小时就有几百人走过这座桥。</p><p>　　工程历时两年，因为旧桥墩比最初预想的要薄弱得多，工程师不得不重新设计。</p><p>　　议会希望在冬天之前种上树木。</p></div><div class="editor">（责任编辑：李四）</div><div class="rel">相关新闻：<ul><li><a href="/7">旧码头昨日倒塌</a></li></ul></div><div class="foot">版权所有 2020 新闻网 京ICP备12345号</div>""",
    ["星期二上午", "工程历时", "议会希望"],
    ["当前位置", "字号", "旧码头", "版权所有"],
)
PAGES["amp-fr"] = (
    "https://journal.example.fr/amp/pont",
    "fr",
    f"""<amp-sidebar id="s"><ul><li><a href="/p">Politique</a></li></ul></amp-sidebar><header><a href="/">Le Journal</a></header><main><article><h1>Le pont est ouvert</h1><p class="standfirst">Après deux ans de travaux, les habitants passent enfin d'une rive à l'autre.</p><p class="byline">Par Dana Exemple • Publié le 12/03/2020 à 10h15</p><amp-img src="a.jpg"></amp-img><p class="legend">Le pont mardi matin. AFP</p>{paragraphs(FRENCH[:2])}<p><strong>À lire aussi : </strong><a href="/7">La fête du quai aura bien lieu cet été</a></p><p>{FRENCH[2]}</p><amp-ad></amp-ad><div class="newsletter">Recevez chaque matin l'essentiel de l'actualité dans votre boîte mail.</div></article></main>""",
    FRENCH,
    ["fête du quai", "Recevez", "Politique"],
)
PAGES["long-sidebar-de"] = (
    "https://firma.example.de/ratgeber/bruecke",
    "de",
    f"""<div class="container"><div class="row"><div class="col-3"><h4>Unsere Leistungen</h4><p>Wir planen, bauen und prüfen Brücken jeder Größe und beraten Gemeinden seit mehr als vierzig Jahren in ganz Deutschland.</p><p>Rufen Sie uns an: 01234 567, wir sind von Montag bis Freitag zwischen acht und siebzehn Uhr gerne für Sie da.</p></div><div class="col-9"><h1>Wie eine Brücke entsteht</h1>{paragraphs(GERMAN)}<h2>Die Pfeiler</h2><p>Ein Pfeiler steht selten auf Fels.</p><ul><li>Pfähle aus Stahl</li><li>Pfähle aus Beton</li></ul></div></div></div><div class="cta"><h3>Jetzt Angebot anfordern</h3><p>Füllen Sie das Formular aus, und wir melden uns innerhalb eines Tages bei Ihnen zurück.</p></div>""",
    [*GERMAN, "Ein Pfeiler"],
    ["Füllen Sie"],
)
PAGES["gr"] = (
    "https://efimerida.example.gr/a",
    "el",
    """<div class="top"><a href="/1">Πολιτική</a><a href="/2">Κόσμος</a></div><div class="article"><h1>Άνοιξε η νέα γέφυρα</h1><div class="d">Πέμπτη, 12 Μαρτίου 2020, 10:15</div><div class="t"><p>Η πόλη άνοιξε την Τρίτη το πρωί τη νέα γέφυρα και αρκετές εκατοντάδες άνθρωποι τη διέσχισαν την πρώτη ώρα.</p><p>Οι εργασίες διήρκεσαν δύο χρόνια, επειδή οι παλιοί πυλώνες ήταν πιο αδύναμοι από όσο περίμεναν.</p><p>Το συμβούλιο θέλει να φυτέψει δέντρα.</p></div><div class="r"><h3>Διαβάστε επίσης</h3><a href="/7">Η γιορτή στην προκυμαία θα γίνει</a></div></div><div class="f">Όροι χρήσης | Επικοινωνία</div>""",
    ["Η πόλη άνοιξε", "Οι εργασίες", "Το συμβούλιο"],
    ["προκυμαία", "Όροι"],
)

# Short texts beside longer ones that are not theirs.
GERMAN_TEASER = "Die Arbeiten beginnen im Frühjahr und sollen vor den Sommerferien abgeschlossen sein, teilte das Amt am Montag mit."
SECOND_TEASER = (
    "Der Verein lädt alle Mitglieder und Freunde am Samstag zu seinem Sommerfest auf den Platz am Hafen ein."
)
PAGES["short-teasers-de"] = (
    "https://talbote.example.de/kurz",
    "de",
    f"""<header><a href="/">Talbote</a></header><main><article><h1>Die Brücke ist offen</h1><p class="meta">12.03.2020</p><p>{GERMAN[0]}</p></article><section><h2>Mehr aus dem Tal</h2><div class="card"><h3><a href="/1">Dammbau beginnt</a></h3><p>{GERMAN_TEASER}</p></div><div class="card"><h3><a href="/2">Sommerfest am Hafen</a></h3><p>{SECOND_TEASER}</p></div><div class="card"><h3><a href="/3">Kita sucht Helfer</a></h3><p>{GERMAN_TEASER}</p></div></section></main>""",
    [GERMAN[0]],
    ["Sommerfest", "Die Arbeiten"],
)
PAGES["short-bio-en"] = (
    "https://blog.example.com/p",
    "en",
    f"""<article><h1>The bridge is open</h1><p>{ENGLISH[0]}</p><p>{ENGLISH[2]}</p></article><div class="author-box"><img src="a.jpg"><h4>Dana Example</h4><p>Dana Example has written about boats, bridges and the people who build them since nineteen ninety-nine. She lives by the river with two dogs and has published four books about the valley and its harbors.</p></div><div class="subscribe"><h3>Get new posts by email</h3><p>Join the two thousand readers who get our notes from the water each Friday morning, free of charge and without any spam.</p></div>""",
    [ENGLISH[0], ENGLISH[2]],
    ["Dana Example has", "Join the two"],
)
PAGES["short-company-en"] = (
    "https://corp.example.com/news/bridge",
    "en",
    f"""<div class="page"><h1>The bridge is open</h1><div class="date">March 12, 2020</div><div class="rte"><p>{ENGLISH[0]}</p></div><div class="cols"><div><h3>About us</h3><p>Valley Bridges plans, builds and inspects bridges of every size and has advised towns for more than forty years.</p></div><div><h3>Contact</h3><p>Call us from Monday to Friday between eight and five, or write to the address that you find on the contact page.</p></div></div></div>""",
    [ENGLISH[0]],
    ["Valley Bridges plans", "Call us"],
)
PAGES["short-comments-de"] = (
    "https://blog.example.de/p",
    "de",
    f"""<div id="c"><h2>Die Brücke ist offen</h2><p>{GERMAN[0]}</p><div class="kommentar"><b>Robin</b><br>Ich bin gleich am ersten Tag hinüber gegangen und es war sehr schön dort, danke für den Bericht.</div><div class="kommentar"><b>Kim</b><br>Endlich ist sie fertig, wir haben so lange darauf gewartet und freuen uns alle sehr darüber.</div></div>""",
    [GERMAN[0]],
    ["Ich bin gleich", "Endlich ist"],
)
PAGES["short-cookie-de"] = (
    "https://firma.example.de/p",
    "de",
    f"""<div class="hinweis"><p>Diese Website verwendet Cookies, um Ihnen den bestmöglichen Service zu bieten. Durch die Nutzung der Website stimmen Sie der Verwendung von Cookies zu.</p><button>OK</button></div><h1>Die Brücke ist offen</h1><div><p>{GERMAN[0]}</p><p>{GERMAN[2]}</p></div>""",
    [GERMAN[0], GERMAN[2]],
    ["Cookies"],
)
PAGES["aside-blog-p"] = (
    "https://blog.example.de/q",
    "de",
    f"""<div class="main"><h1>Die Brücke ist offen</h1>{paragraphs(GERMAN)}</div><div class="rechts"><h3>Über dieses Blog</h3><p>Hier schreibt Dana über Brücken, Boote und das Leben am Fluss, seit vielen Jahren und immer am Freitag.</p><h3>Letzte Kommentare</h3><p>Robin: Ich bin gleich am ersten Tag hinüber gegangen und es war sehr schön.</p></div>""",
    GERMAN,
    ["Hier schreibt", "Robin:"],
)
PAGES["br-only"] = (
    "http://alt.example.de/t.htm",
    "de",
    f"""<center><b>Die Brücke ist offen</b></center><br><br>{GERMAN[0]}<br>{GERMAN[1]}<br><br>{GERMAN[2]}<br>{GERMAN[3]}<br><br><a href="index.htm">zurück</a>""",
    GERMAN,
    ["zurück"],
)
PAGES["font-p"] = (
    "http://alt.example.de/u.htm",
    "de",
    f"""<table><tr><td><a href="a.htm">Home</a> | <a href="b.htm">Links</a></td></tr><tr><td><h3>Die Brücke ist offen</h3><p align="justify"><font face="Arial" size="2">{GERMAN[0]}<br>{GERMAN[1]}</font></p><p><font size="2">{GERMAN[2]}</font></p></td></tr></table>""",
    GERMAN[:3],
    ["Links"],
)
PAGES["li-article"] = (
    "https://x.example.com/list",
    "en",
    f"""<article><h1>Five Things About the Bridge</h1><p>{ENGLISH[0]}</p><ol><li><strong>It is long.</strong> Nobody had measured it before the first walk.</li><li><strong>It is high.</strong> Boats pass under it with their masts up.</li><li><strong>It is free.</strong></li></ol></article><ul class="share"><li>Facebook</li><li>Twitter</li></ul>""",
    [ENGLISH[0], "Nobody had measured", "Boats pass", "It is free."],
    ["Facebook"],
)
PAGES["qa-interview"] = (
    "https://x.example.com/int",
    "en",
    """<article><h1>“We Waited Two Years”</h1><p>The mayor spoke with us on the new bridge.</p><p><strong>How do you feel?</strong></p><p>Relieved.</p><p><strong>And the trees?</strong></p><p>They come in autumn.</p><p><strong>Which ones?</strong></p><p>Oaks.</p></article><div class="more"><h3>More interviews</h3><a href="/1">“I Built the Old One”</a></div>""",
    ["The mayor spoke", "How do you feel?", "Relieved.", "They come in autumn.", "Oaks."],
    [],
)
PAGES["quote-poem"] = (
    "https://x.example.com/poem",
    "en",
    f"""<article><h1>A Poem for the Bridge</h1><p>{ENGLISH[0]}</p><blockquote><p>The boats go out at four,<br>the gulls go out at five,</p></blockquote><p>So she read, and we clapped.</p></article>""",
    [ENGLISH[0], "The boats go out", "the gulls go", "So she read"],
    [],
)
PAGES["table-cells-prose"] = (
    "http://alt.example.com/t2.htm",
    "en",
    f"""<table width="100%"><tr><td width="20%"><a href="1.htm">One</a><br><a href="2.htm">Two</a></td><td><font size="4">The bridge is open</font><br><font size="1">Posted 3/12/2001</font><p>{ENGLISH[0]}</p><p>{ENGLISH[1]}</p><p>{ENGLISH[2]}</p></td><td width="20%"><b>Links</b><br><a href="http://a.example">Ferry</a><br>Send your news to the editor and we will print it here as soon as we can.</td></tr></table>""",
    ENGLISH,
    ["Send your news", "Ferry"],
)
PAGES["org-fr"] = (
    "https://asso.example.fr/appel",
    "fr",
    f"""<div class="menu"><a href="/">Accueil</a><a href="/qui">Qui sommes-nous</a></div><div class="contenu"><h2>Le pont est ouvert</h2><div class="date">Publié le 12 mars 2020</div><p><strong>Après deux ans de travaux, on passe enfin d'une rive à l'autre.</strong></p>{paragraphs(FRENCH)}<p>Pour tout renseignement : contact@asso.example.fr</p></div><div class="don"><h3>Faire un don</h3><p>Votre soutien nous permet de continuer à défendre les ponts et les rives de notre vallée chaque jour.</p></div>""",
    ["Après deux ans", *FRENCH],
    ["Votre soutien", "Qui sommes"],
)
PAGES["news-es-embeds"] = (
    "https://diario.example.com/p",
    "es",
    f"""<article><h1>El puente ya está abierto</h1><div class="autor">Por Dana Ejemplo</div><div class="cuerpo"><p>{SPANISH[0]}</p><div class="embed"><blockquote class="twitter-tweet"><p>¡Por fin! Ya podemos cruzar el puente nuevo del valle.</p>— Alcaldía (@alcaldia) <a href="/t">12 de marzo de 2020</a></blockquote></div><p>{SPANISH[1]}</p><div class="te-puede"><span>Te puede interesar</span><a href="/1">El dique se repara en junio y cierra la orilla</a></div><p>{SPANISH[2]}</p></div></article><div class="mas"><h2>Lo más leído</h2><ol><li><a href="/2">La fiesta del muelle será en julio</a></li></ol></div>""",
    SPANISH,
    ["El dique se", "La fiesta", "Por Dana"],
)
PAGES["ministry-uk"] = (
    "https://dept.example.gov.uk/news/bridge",
    "en",
    f"""<div id="global-cookie-message"><p>We use cookies to make the service simpler.</p></div><header><a href="/">GOV</a></header><main><div class="metadata"><dl><dt>From:</dt><dd><a href="/d">Department for Bridges</a></dd><dt>Published</dt><dd>12 March 2020</dd></dl></div><h1>The bridge is open</h1><p class="lead">People can cross the river again after two years.</p><div class="govspeak">{paragraphs(ENGLISH)}</div><div class="metadata"><p>Published 12 March 2020</p></div><div class="related"><h2>Related content</h2><ul><li><a href="/1">Ferry timetable for the summer</a></li></ul></div><div class="feedback"><h2>Is this page useful?</h2><p>Help us improve the site. To help us improve, we’d like to know more about your visit today.</p></div></main>""",
    ["People can cross", *ENGLISH],
    ["Ferry timetable", "Help us improve", "cookies", "From:"],
)
