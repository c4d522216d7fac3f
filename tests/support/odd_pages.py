"""Pages in many languages that are no articles, and odd ones that are: notices, recipes, answers, poems, letters."""

# ruff: noqa: E501 - a page is one line, in its own script

from collections.abc import Sequence


def page(title: str, main: str, url: str, lang: str = "en", head: str = "") -> tuple[str, str]:
    """Its address and its markup."""
    return (
        url,
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{main}</body></html>',
    )


GERMAN = [
    "Neue Fähre legt am Montag ab",
    "Rathaus bleibt am Freitag geschlossen",
    "Sportverein ehrt Mitglieder",
    "Brücke wird ab Juni saniert",
    "Kita sucht Helfer für Sommerfest",
    "Feuerwehr löscht Scheunenbrand",
    "Stadtrat beschließt Haushalt",
    "Bibliothek erweitert Öffnungszeiten",
]
FRENCH = [
    "Le pont rouvre lundi matin",
    "La mairie ferme vendredi",
    "Le club honore ses membres",
    "Travaux sur la digue en juin",
    "Une crèche cherche des bénévoles",
    "Incendie maîtrisé à la ferme",
    "Le conseil vote le budget",
    "La bibliothèque ouvre le soir",
]
SPANISH = [
    "El puente reabre el lunes",
    "El ayuntamiento cierra el viernes",
    "El club premia a sus socios",
    "Obras en el dique en junio",
    "La guardería busca voluntarios",
    "Incendio controlado en la granja",
    "El consejo aprueba el presupuesto",
    "La biblioteca abre por la tarde",
]
RUSSIAN = [
    "Мост откроют в понедельник утром",
    "Мэрия закрыта в пятницу",
    "Клуб наградил своих членов",
    "Ремонт дамбы начнётся в июне",
    "Детский сад ищет помощников",
    "Пожар на ферме потушен",
    "Совет принял бюджет города",
    "Библиотека продлила часы работы",
]
POLISH = [
    "Most zostanie otwarty w poniedziałek",
    "Urząd zamknięty w piątek",
    "Klub nagrodził swoich członków",
    "Remont tamy rusza w czerwcu",
    "Przedszkole szuka pomocników",
    "Pożar stodoły ugaszony",
    "Rada przyjęła budżet miasta",
    "Biblioteka wydłuża godziny otwarcia",
]
ENGLISH = [
    "Ferry Office Names New Captain",
    "North Pier Closes for Repairs",
    "Winter Timetable Starts on Monday",
    "Harbor Fees Stay the Same",
    "Council Meets on Dredging",
    "Lighthouse Opens to Visitors",
    "Three Bridges Get New Lamps",
    "Divers Find the Lost Anchor",
]
CHINESE = [
    "大桥星期一早上重新开放",
    "市政厅星期五关闭一天",
    "俱乐部表彰多年会员",
    "六月开始修复堤坝工程",
    "幼儿园寻找志愿者帮忙",
    "农场火灾已被扑灭",
    "市议会通过年度预算案",
    "图书馆延长开放时间",
]


def cards(titles: Sequence[str], shape: str, tease: str = "") -> str:
    """Entries of a list, each with its title, day and summary."""
    return "".join(shape.format(t=t, i=i, d=f"{i + 2:02}.03.2021", tease=tease) for i, t in enumerate(titles))


GERMAN_TEASER = "Die Arbeiten beginnen im Frühjahr und sollen vor den Sommerferien abgeschlossen sein, teilte das Amt am Montag mit."
FRENCH_TEASER = (
    "Les travaux commenceront au printemps et se termineront avant les vacances d'été, a annoncé lundi le service."
)
SPANISH_TEASER = (
    "Las obras empezarán en primavera y terminarán antes de las vacaciones de verano, informó el lunes la oficina."
)
RUSSIAN_TEASER = "Работы начнутся весной и завершатся до летних каникул, сообщили в понедельник в управлении города."
POLISH_TEASER = "Prace rozpoczną się wiosną i zakończą przed wakacjami, poinformował w poniedziałek urząd miasta."
ARTICLE_CARD = '<article><h2><a href="/a/{i}">{t}</a></h2><div class="meta">{d}</div><p>{tease}</p><a class="more" href="/a/{i}">%s</a></article>'
TEASER_CARD = '<div class="teaser"><img src="/{i}.jpg"><h3><a href="/a/{i}">{t}</a></h3><p>{tease}</p></div>'
ENTRY = '<li><span class="date">{d}</span> <a href="/a/{i}">{t}</a></li>'
# Each with its address and its markup.
NO_ARTICLES = {
    "de-aktuelles": page(
        "Aktuelles - Gemeinde Beispielhausen",
        '<div id="content"><h1>Aktuelles</h1>' + cards(GERMAN, ARTICLE_CARD % "Weiterlesen", GERMAN_TEASER) + "</div>",
        "https://gemeinde.example/aktuelles/",
        "de",
    ),
    "de-tag": page(
        "Brücke Archive | Talbote",
        "<main><h1>Schlagwort: Brücke</h1>"
        + cards(GERMAN, ARTICLE_CARD % "Weiterlesen …", GERMAN_TEASER)
        + '<nav class="pagination"><a href="2">Weiter</a></nav></main>',
        "https://talbote.example/tag/bruecke/",
        "de",
    ),
    "de-autor": page(
        "Autor Dana Beispiel",
        "<main><h1>Dana Beispiel</h1><p>Dana Beispiel schreibt seit 2009 für den Talboten über Häfen und Fähren.</p>"
        + cards(GERMAN, TEASER_CARD, GERMAN_TEASER)
        + "</main>",
        "https://talbote.example/autor/dana/",
        "de",
    ),
    "de-start": page(
        "Talbote – Nachrichten aus dem Tal",
        '<div class="col">'
        + cards(GERMAN, TEASER_CARD, GERMAN_TEASER)
        + "</div><div>"
        + cards(GERMAN[::-1], ENTRY)
        + "</div>",
        "https://talbote.example/",
        "de",
    ),
    "de-suche": page(
        "Suchergebnisse für Brücke",
        "<main><h1>Suchergebnisse</h1><p>8 Treffer für „Brücke“</p>"
        + cards(GERMAN, TEASER_CARD, GERMAN_TEASER)
        + "</main>",
        "https://talbote.example/?s=br%C3%BCcke",
        "de",
    ),
    "de-login": page(
        "Anmelden",
        '<main><h1>Anmelden</h1><form><label>Benutzername</label><input name="u"><label>Kennwort</label><input type="password" name="p"><button>Anmelden</button></form><p>Noch kein Konto? <a href="/r">Jetzt registrieren</a></p></main>',
        "https://talbote.example/login",
        "de",
    ),
    "de-404": page(
        "Seite nicht gefunden",
        "<main><h1>Seite nicht gefunden</h1><p>Die von Ihnen aufgerufene Seite existiert leider nicht mehr. Bitte nutzen Sie die Suche oder kehren Sie zur Startseite zurück.</p></main>",
        "https://talbote.example/xy",
        "de",
    ),
    "de-404b": page(
        "Talbote",
        "<main><h1>Hoppla!</h1><p>Leider konnte die angeforderte Seite nicht gefunden werden. Vielleicht hilft die Suche weiter.</p></main>",
        "https://talbote.example/xy",
        "de",
    ),
    "de-cookie": page(
        "Zustimmung",
        "<main><h1>Weiterlesen mit Werbung</h1><p>Besuchen Sie unsere Website wie gewohnt mit Werbung und Tracking. Details zum Tracking finden Sie in der Datenschutzerklärung und im Privacy Center.</p><button>Akzeptieren und weiter</button><p>Oder nutzen Sie unser Angebot ohne Werbung für 2,99 Euro im Monat.</p></main>",
        "https://talbote.example/consent",
        "de",
    ),
    "de-shop": page(
        "Gummistiefel online kaufen | Hafenladen",
        '<main><h1>Gummistiefel</h1><div class="grid">'
        + "".join(
            f'<div class="product"><a href="/p/{i}">Stiefel Modell {i}</a><span class="price">{29 + i},90 €</span><button>In den Warenkorb</button></div>'
            for i in range(12)
        )
        + "</div></main>",
        "https://laden.example/gummistiefel",
        "de",
    ),
    "de-termine": page(
        "Veranstaltungen",
        "<main><h1>Veranstaltungskalender</h1><ul>" + cards(GERMAN, ENTRY) + "</ul></main>",
        "https://gemeinde.example/veranstaltungen",
        "de",
    ),
    "fr-actu": page(
        "Actualités - Ville de Portvallée",
        "<main><h1>Actualités</h1>" + cards(FRENCH, ARTICLE_CARD % "Lire la suite", FRENCH_TEASER) + "</main>",
        "https://ville.example/actualites",
        "fr",
    ),
    "fr-cat": page(
        "Travaux - Le Courrier",
        "<main><h1>Catégorie : Travaux</h1>"
        + cards(FRENCH, TEASER_CARD, FRENCH_TEASER)
        + '<a href="2">Suivant</a></main>',
        "https://courrier.example/categorie/travaux",
        "fr",
    ),
    "fr-404": page(
        "Erreur 404",
        "<main><h1>Oups !</h1><p>La page demandée n’existe pas ou a été déplacée. Retournez à l’accueil ou utilisez la recherche.</p></main>",
        "https://courrier.example/zz",
        "fr",
    ),
    "fr-login": page(
        "Connexion",
        '<main><h1>Se connecter</h1><form><input name="e"><input type="password"></form><p>Mot de passe oublié ?</p></main>',
        "https://courrier.example/connexion",
        "fr",
    ),
    "fr-plan": page(
        "Plan du site",
        "<main><h1>Plan du site</h1><ul>"
        + "".join(f'<li><a href="/{i}">{t}</a></li>' for i, t in enumerate(FRENCH))
        + "</ul></main>",
        "https://ville.example/plan-du-site",
        "fr",
    ),
    "es-noticias": page(
        "Noticias | Ayuntamiento",
        "<main><h1>Últimas noticias</h1>" + cards(SPANISH, ARTICLE_CARD % "Leer más", SPANISH_TEASER) + "</main>",
        "https://ayto.example/noticias",
        "es",
    ),
    "es-etiqueta": page(
        "puente - El Valle",
        "<main><h1>Etiqueta: puente</h1>" + cards(SPANISH, TEASER_CARD, SPANISH_TEASER) + "</main>",
        "https://elvalle.example/etiqueta/puente",
        "es",
    ),
    "es-404": page(
        "Error",
        "<main><h1>Página no encontrada</h1><p>Lo sentimos, la página que buscas no existe o ha sido movida.</p></main>",
        "https://elvalle.example/no",
        "es",
    ),
    "es-buscar": page(
        "Buscar",
        "<main><h1>Resultados para: puente</h1>" + cards(SPANISH, TEASER_CARD, SPANISH_TEASER) + "</main>",
        "https://elvalle.example/buscar?q=puente",
        "es",
    ),
    "ru-news": page(
        "Новости города",
        "<div><h1>Новости</h1>" + cards(RUSSIAN, ARTICLE_CARD % "Подробнее", RUSSIAN_TEASER) + "</div>",
        "https://gorod.example/news/",
        "ru",
    ),
    "ru-404": page(
        "Страница не найдена",
        "<div><h1>404</h1><p>К сожалению, запрашиваемая страница не существует или была удалена с нашего сайта.</p></div>",
        "https://gorod.example/x",
        "ru",
    ),
    "ru-tag": page(
        "Мост – Городская газета",
        "<div><h1>Тег: мост</h1>" + cards(RUSSIAN, TEASER_CARD, RUSSIAN_TEASER) + "</div>",
        "https://gazeta.example/tag/most/",
        "ru",
    ),
    "pl-akt": page(
        "Aktualności",
        "<div><h1>Aktualności</h1>" + cards(POLISH, ARTICLE_CARD % "Czytaj więcej", POLISH_TEASER) + "</div>",
        "https://miasto.example/aktualnosci",
        "pl",
    ),
    "pl-404": page(
        "Nie znaleziono strony",
        "<div><h1>Nie znaleziono strony</h1><p>Przepraszamy, strona, której szukasz, nie istnieje albo została przeniesiona.</p></div>",
        "https://miasto.example/x",
        "pl",
    ),
    "zh-list": page(
        "新闻动态",
        "<div><h1>新闻动态</h1><ul>"
        + cards(CHINESE, '<li><a href="/a/{i}">{t}</a><span>2021-03-0{i}</span></li>')
        + "</ul></div>",
        "https://gov.example/xw/",
        "zh",
    ),
    "it-news": page(
        "Notizie",
        "<main><h1>Notizie</h1>"
        + cards(
            [
                "Il ponte riapre lunedì",
                "Municipio chiuso venerdì",
                "Il club premia i soci",
                "Lavori sulla diga a giugno",
                "L'asilo cerca volontari",
                "Incendio domato alla fattoria",
            ],
            ARTICLE_CARD % "Leggi tutto",
            "I lavori inizieranno in primavera e finiranno prima delle vacanze estive, ha detto lunedì l'ufficio.",
        )
        + "</main>",
        "https://comune.example/notizie",
        "it",
    ),
    "pt-cat": page(
        "Obras",
        "<main><h1>Obras</h1>"
        + cards(
            [
                "Ponte reabre na segunda-feira",
                "Prefeitura fecha na sexta",
                "Clube premia sócios antigos",
                "Obras no dique em junho",
                "Creche procura voluntários",
                "Incêndio controlado na fazenda",
            ],
            ARTICLE_CARD % "Leia mais",
            "As obras começam na primavera e terminam antes das férias de verão, informou na segunda-feira o escritório.",
        )
        + "</main>",
        "https://jornal.example/categoria/obras",
        "pt",
    ),
    "nl-nieuws": page(
        "Nieuws",
        "<main><h1>Nieuws</h1>"
        + cards(
            [
                "Brug gaat maandag weer open",
                "Gemeentehuis vrijdag dicht",
                "Club eert trouwe leden",
                "Werk aan dijk begint in juni",
                "Creche zoekt helpers",
                "Brand in schuur geblust",
            ],
            ARTICLE_CARD % "Lees verder",
            "Het werk begint in het voorjaar en is voor de zomervakantie klaar, liet het bureau maandag weten.",
        )
        + "</main>",
        "https://gemeente.example/nieuws",
        "nl",
    ),
    "en-gallery": page(
        "Photo Gallery",
        "<main><h1>Summer Fair Photos</h1>"
        + "".join(f'<a href="/g/{i}"><img src="/g/{i}.jpg" alt="IMG_{i}"></a>' for i in range(20))
        + "</main>",
        "https://valley.example/gallery/summer",
    ),
    "en-profile": page(
        "dana_example (@dana) • Forum",
        "<main><h1>dana_example</h1><dl><dt>Joined</dt><dd>March 3, 2014</dd><dt>Posts</dt><dd>214</dd><dt>Location</dt><dd>Harbor</dd></dl><h2>Recent posts</h2><ul>"
        + cards(ENGLISH, ENTRY)
        + "</ul></main>",
        "https://forum.example/u/dana",
    ),
    "en-forumlist": page(
        "General Discussion - Harbor Forum",
        "<h1>General Discussion</h1><table>"
        + cards(
            ENGLISH,
            '<tr><td><a href="/t/{i}">{t}</a><br>by dana</td><td>{i}2 replies</td><td>Last post by robin<br>{d}</td></tr>',
        )
        + "</table><a>Page 1 of 12</a>",
        "https://forum.example/viewforum.php?f=2",
    ),
    "en-paywall": page(
        "Subscribe to continue",
        "<main><h1>Subscribe to continue reading</h1><p>You have read all of your free articles this month. Choose a plan to go on.</p><ul><li>Monthly $4</li><li>Yearly $40</li></ul></main>",
        "https://valley.example/subscribe",
    ),
    "en-js": page(
        "Valley",
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>',
        "https://valley.example/a/crossing-opens",
    ),
    "en-age": page(
        "Age check",
        "<main><h1>Are you over 18?</h1><p>You must be of legal drinking age to enter this site.</p><button>Yes</button><button>No</button></main>",
        "https://beer.example/",
    ),
    "en-unsub": page(
        "Unsubscribed",
        "<main><h1>You have been unsubscribed</h1><p>You will no longer receive emails from us. Changed your mind?</p></main>",
        "https://valley.example/unsubscribe",
    ),
    "en-product": page(
        "Rubber Boots – Harbor Shop",
        '<main><h1>Rubber Boots</h1><p class="price">$29.90</p><select><option>Size 8</option></select><button>Add to cart</button><h2>You may also like</h2>'
        + cards(ENGLISH[:4], '<div class="product"><a href="/p/{i}">{t}</a><span>$1{i}.90</span></div>')
        + "</main>",
        "https://shop.example/products/rubber-boots",
    ),
    "en-jobs": page(
        "Job openings",
        "<main><h1>Current Openings</h1><ul>"
        + cards(
            ["Deck Hand, Full Time", "Harbor Clerk, Part Time", "Crane Operator, Nights", "Ticket Seller, Summer"],
            ENTRY,
        )
        + "</ul></main>",
        "https://valley.example/jobs",
    ),
    "en-archive-month": page(
        "March 2021 – Harbor Blog",
        '<div id="main"><h1>Month: March 2021</h1>'
        + cards(
            ENGLISH,
            ARTICLE_CARD % "Continue reading",
            "The office said on Monday that the work would begin in spring and end before the first ferry of the summer.",
        )
        + "</div>",
        "https://blog.example/2021/03/",
    ),
    "en-blog-front": page(
        "Harbor Blog | Notes from the water",
        '<div id="main">'
        + cards(
            ENGLISH[:5],
            '<article><h2><a href="/a/{i}">{t}</a></h2><p>{d}</p><p>{tease}</p><p>{tease}</p><p>{tease}</p></article>',
            "The office said on Monday that the work would begin in spring and end before the first ferry of the summer.",
        )
        + '<a href="/page/2">Older posts</a></div>',
        "https://blog.example/",
    ),
}
ARTICLES = {
    "short-notice-de": page(
        "Wasserabstellung in der Hauptstraße - Gemeinde",
        "<main><h1>Wasserabstellung in der Hauptstraße</h1><p>Am Dienstag, 4. Mai, wird von 8 bis 12 Uhr das Wasser in der Hauptstraße abgestellt. Wir bitten um Verständnis.</p></main>",
        "https://gemeinde.example/wasserabstellung",
        "de",
    ),
    "obit": page(
        "Dana Example, 1931-2020",
        "<main><h1>Dana Example</h1><p>1931 – 2020</p><p>Dana Example, of Harbor, died on May 3, 2020, at home. She is survived by two sons. A service will be held on Friday.</p></main>",
        "https://valley.example/obituaries/dana-example",
    ),
    "recipe-de": page(
        "Omas Apfelkuchen - Küchenblog",
        "<article><h1>Omas Apfelkuchen</h1><p>Dieser Kuchen schmeckt am besten lauwarm mit einem Klecks Sahne.</p><h2>Zutaten</h2><ul><li>200 g Mehl</li><li>100 g Butter</li><li>3 Äpfel</li></ul><h2>Zubereitung</h2><ol><li>Mehl und Butter verkneten.</li><li>Äpfel schälen und in Spalten schneiden.</li><li>Bei 180 Grad 40 Minuten backen.</li></ol></article>",
        "https://kueche.example/apfelkuchen/",
        "de",
    ),
    "qa-stack": page(
        "How do I mend a torn sail? - Boats Q&A",
        '<div id="question"><h1>How do I mend a torn sail?</h1><div class="post-text"><p>My mainsail has a tear of about ten inches near the leech. Which thread should I use, and which stitch?</p></div><div id="answers"><h2>2 Answers</h2><div class="answer"><p>Use a waxed polyester thread and a herringbone stitch. Start an inch before the tear and end an inch after it.</p></div><div class="answer"><p>A patch of sticky-back Dacron on both sides is faster and holds for a season.</p></div></div></div>',
        "https://boats.example/questions/123/how-do-i-mend-a-torn-sail",
    ),
    "poem": page(
        "The Pier by Dana Example",
        '<main><h1>The Pier</h1><p class="author">Dana Example</p><p>The boats go out at four,<br>the gulls go out at five,<br>the nets lie on the shore<br>and nothing is alive.</p><p>The boats come in at noon,<br>the gulls come in at one,<br>the harbor hums a tune<br>of all that must be done.</p></main>',
        "https://poems.example/the-pier",
    ),
    "poem-div": page(
        "The Pier",
        '<div class="poem"><h1>The Pier</h1><div>The boats go out at four,</div><div>the gulls go out at five,</div><div>the nets lie on the shore</div><div>and nothing is alive.</div></div>',
        "https://poems.example/the-pier",
    ),
    "letter": page(
        "Letter to the editor: Keep the old pier",
        "<article><h1>Letter to the editor: Keep the old pier</h1><p>Sir,</p><p>Your report on the pier left out what it means to those of us who fish there every morning.</p><p>Robin Example, Harbor</p></article>",
        "https://valley.example/letters/keep-the-old-pier",
    ),
    "forum-phpbb": page(
        "Torn sail - Harbor Forum",
        '<div id="page-body"><h2 class="topic-title"><a href="/t/5">Torn sail</a></h2><div class="post"><p class="author">by <strong>dana</strong> » Mon Mar 03, 2014 9:14 pm</p><div class="content">Hi all, my mainsail has a tear of about ten inches near the leech. Which thread do you use for that?</div></div><div class="post"><p class="author">by <strong>robin</strong> » Tue Mar 04, 2014 7:02 am</p><div class="content">Waxed polyester, and start an inch before the tear. I did mine last spring and it still holds.</div></div></div>',
        "https://forum.example/viewtopic.php?t=5",
    ),
    "live-blog-de": page(
        "Sturm über dem Tal: Der Liveticker",
        '<article><h1>Sturm über dem Tal: Der Liveticker</h1><p>Der Sturm hat am Montagabend das Tal erreicht. Wir berichten laufend.</p><div class="entry"><h3>21:14 Uhr</h3><p>Die Feuerwehr meldet 14 Einsätze, verletzt wurde bisher niemand.</p></div><div class="entry"><h3>20:40 Uhr</h3><p>Die Fähre hat ihren Betrieb eingestellt.</p></div></article>',
        "https://talbote.example/liveticker-sturm",
        "de",
    ),
    "interview": page(
        'Interview: "Das Wasser kam um vier"',
        '<article><h1>"Das Wasser kam um vier"</h1><p><b>Wann haben Sie es bemerkt?</b></p><p>Gegen vier Uhr, da stand es schon im Keller.</p><p><b>Und dann?</b></p><p>Dann haben wir die Nachbarn geweckt und die Kisten hochgetragen.</p></article>',
        "https://talbote.example/interview",
        "de",
    ),
    "listicle": page(
        "10 Best Harbors to Visit This Summer",
        "<article><h1>10 Best Harbors to Visit This Summer</h1><p>We sailed for a year so that you do not have to. These are the harbors that stayed with us.</p>"
        + "".join(
            f'<h2>{i}. <a href="/h/{i}">{t}</a></h2><p>A quiet place with two piers, a good fish shop and a lamp that burns until midnight.</p>'
            for i, t in enumerate(ENGLISH, 1)
        )
        + "</article>",
        "https://sail.example/best-harbors",
    ),
    "link-roundup": page(
        "Weekend reading, March 5",
        "<article><h1>Weekend reading, March 5</h1><p>Here is what we read this week about boats, nets and the sea around them.</p><ul>"
        + "".join(
            f'<li><a href="https://o{i}.example/x">{t}</a>: why it matters and what comes next for the town and its people.</li>'
            for i, t in enumerate(ENGLISH)
        )
        + "</ul></article>",
        "https://sail.example/weekend-reading-march-5",
    ),
    "event": page(
        "Sommerfest 2021 – Sportverein",
        "<main><h1>Sommerfest 2021</h1><p>Samstag, 12.06.2021, 14:00 Uhr</p><p>Sportplatz am Hafen</p><p>Wie jedes Jahr laden wir alle Mitglieder und Freunde zu unserem Sommerfest ein. Für Essen und Getränke ist gesorgt.</p></main>",
        "https://verein.example/termine/sommerfest-2021",
        "de",
    ),
    "product-text": page(
        "Gummistiefel Nordsee – Hafenladen",
        '<main><h1>Gummistiefel Nordsee</h1><p class="price">49,90 €</p><div class="description"><p>Der Stiefel Nordsee besteht aus Naturkautschuk und hält auch bei Sturm trocken. Die Sohle ist rutschfest und der Schaft hoch genug für nasse Wiesen.</p><p>Pflege: mit lauwarmem Wasser abspülen und nicht in der Sonne trocknen.</p></div></main>',
        "https://laden.example/gummistiefel-nordsee",
        "de",
    ),
    "service-page-de": page(
        "Personalausweis beantragen - Stadt Beispielhausen",
        "<main><h1>Personalausweis beantragen</h1><p>Den Personalausweis beantragen Sie persönlich im Bürgeramt. Bitte vereinbaren Sie vorher einen Termin.</p><h2>Unterlagen</h2><ul><li>ein aktuelles Passfoto</li><li>der alte Ausweis</li></ul><h2>Gebühren</h2><p>Für Personen ab 24 Jahren beträgt die Gebühr 37 Euro.</p></main>",
        "https://stadt.example/buergerservice/personalausweis",
        "de",
    ),
    "error-news": page(
        "Website of harbor office offline after attack",
        "<article><h1>Website of harbor office offline after attack</h1><p>The website of the harbor office could not be reached on Monday. The page was not found for most visitors, the office said, because of an attack on its servers.</p></article>",
        "https://valley.example/website-offline",
    ),
    "very-short-ru": page(
        "Мост закрыт до вечера",
        '<div><h1>Мост закрыт до вечера</h1><div class="date">12 марта 2014, 10:15</div><p>Движение по мосту через реку закрыто до 18:00 из-за ремонта.</p></div>',
        "https://gazeta.example/2014/03/12/most/",
        "ru",
    ),
    "zh-notice": page(
        "关于大桥封闭的公告",
        "<div><h2>关于大桥封闭的公告</h2><p>发布时间：2021-03-05　来源：市政府办公室</p><p>因维修需要，大桥将于3月8日至3月10日全封闭，请过往车辆绕行。</p></div>",
        "https://gov.example/gg/202103/t20210305_123.html",
        "zh",
    ),
    "no-title": (
        "https://old.example/1999/bridge.html",
        "<html><body bgcolor=white><center><font size=5><b>River Crossing Opens</b></font></center><br><font size=2>Crews from three counties opened the new river crossing on Tuesday after eleven months of work.<p>The bridge carries about nine thousand vehicles a day, and the detour that replaced it took twenty minutes more.<p>Inspectors will return in the spring.</font></body></html>",
    ),
    "pre-text": (
        "https://old.example/doc.html",
        "<html><head><title>Statement on the Ferry</title></head><body><pre>\nSTATEMENT ON THE FERRY\n\nMarch 5, 1998\n\nThe ferry office regrets the delays of last week. Two of its three\nboats were in the yard, and the third could not sail in the wind.\n\nAll boats are back in service since Monday.\n</pre></body></html>",
    ),
    "video-page": page(
        "Watch: Harbor seal rescued",
        '<main><h1>Watch: Harbor seal rescued</h1><iframe src="https://www.youtube.com/embed/x"></iframe><p>A seal that was caught in a net was freed by divers on Sunday.</p></main>',
        "https://valley.example/video/seal",
    ),
    "faq-article": page(
        "What you need to know about the new ferry",
        "<article><h1>What you need to know about the new ferry</h1><h2>When does it start?</h2><p>On the first Monday in May, at six in the morning.</p><h2>What does it cost?</h2><p>Two dollars one way, and three for a round trip.</p></article>",
        "https://valley.example/new-ferry",
    ),
    "chronicle": page(
        "Chronik des Vereins",
        "<main><h1>Chronik des Vereins</h1><p>1901: Gründung im Gasthaus zur Post mit 14 Mitgliedern.</p><p>1923: Bau des ersten Bootshauses am Südufer.</p><p>1955: Einweihung der neuen Halle.</p></main>",
        "https://verein.example/chronik",
        "de",
    ),
    "minutes": page(
        "Sitzung des Gemeinderats vom 3. Mai 2021",
        "<main><h1>Sitzung des Gemeinderats vom 3. Mai 2021</h1><p>Top 1: Der Haushalt wurde einstimmig beschlossen.</p><p>Top 2: Die Sanierung der Brücke wurde vertagt.</p></main>",
        "https://gemeinde.example/sitzung-2021-05-03",
        "de",
    ),
    "press-with-list": page(
        "Öffnungszeiten an Pfingsten",
        "<main><h1>Öffnungszeiten an Pfingsten</h1><p>Das Rathaus ist am Freitag von 8 bis 12 Uhr geöffnet.</p><ul><li>Bauhof: geschlossen</li><li>Bücherei: 9 bis 11 Uhr</li></ul></main>",
        "https://gemeinde.example/pfingsten",
        "de",
    ),
    "gallery-caption": page(
        "Bilder vom Hafenfest",
        "<article><h1>Bilder vom Hafenfest</h1><p>Mehr als tausend Besucher kamen am Sonntag zum Hafenfest, das in diesem Jahr zum zehnten Mal stattfand.</p>"
        + "".join(
            f'<figure><img src="/{i}.jpg"><figcaption>Bild {i}: Kinder am Steg.</figcaption></figure>' for i in range(6)
        )
        + "</article>",
        "https://talbote.example/bilder-hafenfest",
        "de",
    ),
    "hub-with-essay": page(
        "Fische im Tal – Naturführer",
        '<main><h1>Fische im Tal</h1><p>Im Tal leben mehr als dreißig Fischarten. Die Forelle liebt kaltes, klares Wasser, der Wels die tiefen, trüben Stellen unter den Brücken.</p><p>Viele Arten sind seit dem Bau der Wehre seltener geworden. Seit 2010 helfen Treppen den Fischen über die Hindernisse.</p><ul><li><a href="/forelle">Forelle</a></li><li><a href="/wels">Wels</a></li><li><a href="/hecht">Hecht</a></li></ul></main>',
        "https://natur.example/fische",
        "de",
    ),
}
