"""Texts of many kinds, as tools return them, for the estimate of tokens."""

from __future__ import annotations

import base64
import json
import random
import uuid

_R = random.Random(11)
_FR = [
    "Le conseil municipal a adopté hier soir le budget, qui prévoit la rénovation de trois écoles et l'ouverture d'une nouvelle bibliothèque. Plusieurs élus ont regretté que les associations n'aient pas été consultées plus tôt, mais la maire a rappelé que l'enquête publique avait duré deux mois. ",
    "L'application n'a pas pu se connecter au serveur ; vérifiez votre adresse et réessayez dans quelques minutes. Si le problème persiste, contactez l'administrateur en indiquant l'heure exacte à laquelle l'erreur s'est produite et ce que vous étiez en train de faire. ",
    "Dans les années qui suivirent, il ne parla plus jamais de ce voyage. On disait au village qu'il avait laissé là-bas une part de lui-même, et que les soirs d'été, quand le vent tournait, il s'asseyait devant sa porte pour écouter la mer, qu'on n'entendait pourtant pas d'ici. ",
]
_EN = "The council adopted the budget last night, which provides for the renovation of three schools and the opening of a new library. Several members regretted that the associations had not been consulted earlier, but the mayor recalled that the public inquiry had lasted two months. "
_LATEX = r"""\section{Convergence}
Let $f\colon \mathbb{R}^n \to \mathbb{R}$ be convex and $L$-smooth, and let $x^\ast$ be a minimizer.
\begin{theorem}\label{thm:rate}
For gradient descent with step size $\eta = \frac{1}{L}$ we have
\begin{equation}
  f(x_k) - f(x^\ast) \leq \frac{2 L \lVert x_0 - x^\ast \rVert^2}{k + 4}.
\end{equation}
\end{theorem}
\begin{proof}
By smoothness, $f(x_{k+1}) \leq f(x_k) - \frac{1}{2L} \lVert \nabla f(x_k) \rVert^2$. Summing over $i = 0, \dots, k$ and using \eqref{eq:descent} gives
\begin{align*}
  \sum_{i=0}^{k} \left( f(x_i) - f(x^\ast) \right) &\leq \frac{L}{2} \lVert x_0 - x^\ast \rVert^2 \\
  &\leq \int_0^\infty e^{-\lambda t} \, dt + \alpha \cdot \beta^{\gamma}.
\end{align*}
\end{proof}
"""
_CONST = """MAX_RETRY_COUNT = 5
DEFAULT_TIMEOUT_SECONDS = 30
DATABASE_CONNECTION_STRING
HTTP_STATUS_NOT_FOUND
AWS_SECRET_ACCESS_KEY
ENABLE_EXPERIMENTAL_FEATURES
LOG_LEVEL_WARNING
CACHE_EXPIRATION_MINUTES
USER_NOT_AUTHORIZED
INVALID_ARGUMENT_TYPE
SQLITE_CONSTRAINT_UNIQUE
ERR_CONNECTION_REFUSED
PAYMENT_METHOD_REQUIRED
ORDER_STATUS_CANCELLED
FILE_DESCRIPTOR_LIMIT
WORKSPACE_ROOT_DIRECTORY
"""
_RAND = " ".join(
    "".join(_R.choices("abcdefghijklmnopqrstuvwxyz", k=_R.randint(3, 9))) for _ in range(300)
)
_WORDS = _EN.split()
_LANGUAGES = {
    "spanish": "El ayuntamiento aprobó anoche el presupuesto, que prevé la renovación de tres escuelas y la apertura de una nueva biblioteca. Varios concejales lamentaron que no se hubiera consultado antes a las asociaciones, pero la alcaldesa recordó que la consulta pública había durado dos meses.",
    "portuguese": "A câmara municipal aprovou ontem à noite o orçamento, que prevê a renovação de três escolas e a abertura de uma nova biblioteca. Vários vereadores lamentaram que as associações não tivessem sido consultadas mais cedo, mas a presidente lembrou que a consulta pública durou dois meses.",
    "italian": "Il consiglio comunale ha approvato ieri sera il bilancio, che prevede la ristrutturazione di tre scuole e l'apertura di una nuova biblioteca. Diversi consiglieri si sono rammaricati che le associazioni non fossero state consultate prima, ma la sindaca ha ricordato che l'inchiesta pubblica era durata due mesi.",
    "german": "Der Stadtrat hat gestern Abend den Haushalt verabschiedet, der die Renovierung von drei Schulen und die Eröffnung einer neuen Bibliothek vorsieht. Mehrere Abgeordnete bedauerten, dass die Vereine nicht früher angehört worden waren, doch die Bürgermeisterin erinnerte daran, dass die öffentliche Anhörung zwei Monate gedauert hatte.",
    "dutch": "De gemeenteraad heeft gisteravond de begroting goedgekeurd, die voorziet in de renovatie van drie scholen en de opening van een nieuwe bibliotheek. Verschillende raadsleden betreurden dat de verenigingen niet eerder waren geraadpleegd, maar de burgemeester herinnerde eraan dat de inspraak twee maanden had geduurd.",
    "swedish": "Kommunfullmäktige antog i går kväll budgeten, som omfattar renovering av tre skolor och öppnandet av ett nytt bibliotek. Flera ledamöter beklagade att föreningarna inte hade tillfrågats tidigare, men borgmästaren påminde om att samrådet hade pågått i två månader.",
    "turkish": "Belediye meclisi dün akşam üç okulun yenilenmesini ve yeni bir kütüphanenin açılmasını öngören bütçeyi kabul etti. Birçok üye derneklere daha önce danışılmamasından üzüntü duydu, ancak başkan kamuoyu yoklamasının iki ay sürdüğünü hatırlattı.",
    "czech": "Městské zastupitelstvo včera večer schválilo rozpočet, který počítá s rekonstrukcí tří škol a otevřením nové knihovny. Několik zastupitelů litovalo, že spolky nebyly osloveny dříve, starostka však připomněla, že veřejné projednávání trvalo dva měsíce.",
    "finnish": "Kaupunginvaltuusto hyväksyi eilen illalla talousarvion, johon sisältyy kolmen koulun peruskorjaus ja uuden kirjaston avaaminen. Useat valtuutetut pahoittelivat, ettei yhdistyksiä ollut kuultu aikaisemmin, mutta pormestari muistutti, että julkinen kuuleminen oli kestänyt kaksi kuukautta.",
    "indonesian": "Dewan kota tadi malam mengesahkan anggaran yang mencakup renovasi tiga sekolah dan pembukaan perpustakaan baru. Beberapa anggota menyayangkan bahwa organisasi masyarakat tidak diajak berkonsultasi lebih awal, tetapi wali kota mengingatkan bahwa konsultasi publik berlangsung selama dua bulan.",
    "greek": "Το δημοτικό συμβούλιο ενέκρινε χθες το βράδυ τον προϋπολογισμό, ο οποίος προβλέπει την ανακαίνιση τριών σχολείων και το άνοιγμα μιας νέας βιβλιοθήκης. Αρκετοί σύμβουλοι εξέφρασαν τη λύπη τους που οι σύλλογοι δεν είχαν ερωτηθεί νωρίτερα.",
    "hebrew": "מועצת העיר אישרה אמש את התקציב, הכולל שיפוץ של שלושה בתי ספר ופתיחת ספרייה חדשה. כמה חברי מועצה הצטערו שלא התייעצו עם העמותות מוקדם יותר.",
    "korean": "시의회는 어젯밤 세 학교의 개보수와 새 도서관 개관을 포함한 예산을 승인했다. 여러 의원들은 단체들과 더 일찍 협의하지 않은 것을 아쉬워했다.",
    "chinese": "市议会昨晚通过了预算，其中包括翻修三所学校和开设一座新图书馆。几位议员对没有更早征求各协会的意见表示遗憾，但市长回顾说公众咨询已经持续了两个月。",
    "japanese": "市議会は昨夜、三つの学校の改修と新しい図書館の開館を含む予算を可決した。数人の議員は、団体に早く相談しなかったことを残念に思うと述べた。",
    "hungarian": "A városi tanács tegnap este elfogadta a költségvetést, amely három iskola felújítását és egy új könyvtár megnyitását irányozza elő. Több képviselő sajnálta, hogy az egyesületekkel nem egyeztettek korábban.",
    "persian": "شورای شهر دیشب بودجه‌ای را تصویب کرد که شامل بازسازی سه مدرسه و افتتاح یک کتابخانه جدید است. چند تن از اعضا از اینکه با انجمن‌ها زودتر مشورت نشده بود ابراز تأسف کردند.",
    "bengali": "নগর পরিষদ গতকাল সন্ধ্যায় একটি বাজেট অনুমোদন করেছে, যাতে তিনটি বিদ্যালয়ের সংস্কার এবং একটি নতুন গ্রন্থাগার খোলার কথা রয়েছে।",
}
KINDS = {
    "french": "".join(_FR),
    "english": _EN,
    "upper prose": _EN.upper(),
    "upper french": _FR[0].upper(),
    "upper sentence": 'WARNING: DO NOT REMOVE THIS FILE. THE SYSTEM WILL BE SHUT DOWN FOR MAINTENANCE AT MIDNIGHT. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.',
    "sql upper": "SELECT USER_ID, COUNT(*) AS TOTAL FROM ORDERS WHERE STATUS = 'OPEN' AND CREATED_AT > NOW() - INTERVAL '7 DAYS' GROUP BY USER_ID HAVING COUNT(*) > 3 ORDER BY TOTAL DESC LIMIT 100;\nINSERT INTO AUDIT_LOG (ID, ACTION, TABLE_NAME) VALUES (1, 'DELETE', 'CUSTOMERS');\nCREATE TABLE PRODUCTS (ID INTEGER PRIMARY KEY, NAME VARCHAR(255) NOT NULL, PRICE DECIMAL(10, 2) DEFAULT 0);",
    "latex": _LATEX,
    "constants": _CONST,
    "constants json": json.dumps({k.split(" ")[0]: "OK" for k in _CONST.split("\n") if k}),
    "random words": _RAND,
    "random caps words": _RAND.upper(),
    "random 3-5": " ".join(
        "".join(_R.choices("abcdefghijklmnopqrstuvwxyz", k=_R.randint(3, 5))) for _ in range(300)
    ),
    "random 8-14": " ".join(
        "".join(_R.choices("abcdefghijklmnopqrstuvwxyz", k=_R.randint(8, 14))) for _ in range(300)
    ),
    "random alnum": " ".join(
        "".join(_R.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=_R.randint(6, 12)))
        for _ in range(200)
    ),
    "random mixed": " ".join(
        "".join(_R.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=22))
        for _ in range(100)
    ),
    "base32": base64.b32encode(_R.randbytes(3000)).decode(),
    "base64": base64.b64encode(_R.randbytes(3000)).decode(),
    "base64url": base64.urlsafe_b64encode(_R.randbytes(3000)).decode(),
    "hex": _R.randbytes(3000).hex(),
    "HEX": _R.randbytes(3000).hex().upper(),
    "hex bytes": _R.randbytes(1000).hex(" "),
    "sha list": "\n".join(_R.randbytes(20).hex() for _ in range(60)),
    "uuids": "\n".join(str(uuid.UUID(int=_R.getrandbits(128))) for _ in range(60)),
    "urls": "\n".join(
        f"https://{_R.choice(['www.example.com', 'api.github.com', 'docs.python.org'])}/{_R.choice(_WORDS).lower()}/{_R.choice(_WORDS).lower()}-{_R.choice(_WORDS).lower()}/{_R.randrange(10**6)}?page={_R.randrange(99)}&sort=desc&utm_source=newsletter#{_R.choice(_WORDS)}"
        for _ in range(50)
    ),
    "md table": "| Name | Owner | State | Open | Updated |\n|------|:-----:|-------|-----:|---------|\n"
    + "".join(
        f"| {_R.choice(_WORDS)} {_R.choice(_WORDS)} | @{_R.choice(_WORDS).lower()} | {_R.choice(['open', 'closed'])} | {_R.randrange(999)} | 2025-{_R.randrange(1, 13):02}-{_R.randrange(1, 29):02} |\n"
        for _ in range(50)
    ),
    "html": '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Budget</title></head><body>\n'
    + "".join(
        f'  <div class="card col-md-{_R.randrange(12)}" id="item-{i}"><h2>{_R.choice(_WORDS)}</h2><p>{" ".join(_R.choices(_WORDS, k=12))}</p><a href="/items/{i}" rel="nofollow">more&nbsp;&raquo;</a></div>\n'
        for i in range(40)
    ),
    "python trace": "Traceback (most recent call last):\n"
    + "".join(
        f'  File "/usr/lib/python3.11/site-packages/{_R.choice(["requests", "urllib3", "httpx"])}/{_R.choice(["sessions", "adapters", "client"])}.py", line {_R.randrange(2000)}, in {_R.choice(["send", "request", "urlopen", "_make_request"])}\n    return self._{_R.choice(["send", "connect", "pool"])}(request, timeout=timeout, **kwargs)\n'
        for _ in range(20)
    )
    + "ConnectionError: HTTPConnectionPool(host='localhost', port=8080): Max retries exceeded\n",
    "java trace": 'java.lang.NullPointerException: Cannot invoke "String.length()" because "name" is null\n'
    + "".join(
        f"\tat com.example.{_R.choice(['service', 'web', 'repository'])}.{_R.choice(['UserService', 'OrderController', 'PaymentGateway'])}.{_R.choice(['findById', 'handleRequest', 'processPayment', 'lambda$run$0'])}({_R.choice(['UserService', 'OrderController'])}.java:{_R.randrange(400)})\n"
        for _ in range(30)
    ),
    "js trace": "TypeError: Cannot read properties of undefined (reading 'map')\n"
    + "".join(
        f"    at {_R.choice(['Object.render', 'async fetchAll', 'processTicksAndRejections', 'Module._compile'])} (/home/app/node_modules/{_R.choice(['react-dom', 'express', 'next'])}/dist/index.js:{_R.randrange(9999)}:{_R.randrange(99)})\n"
        for _ in range(30)
    ),
    "minified": '!function(e,t){"object"==typeof exports&&"undefined"!=typeof module?module.exports=t():"function"==typeof define&&define.amd?define(t):(e=e||self).dayjs=t()}(this,function(){"use strict";var e=1e3,t=6e4,n=36e5,r="millisecond",i="second",s="minute",u="hour",a="day",o="week",f="month",h="quarter",c="year",d="date",$=/^(\\d{4})[-/]?(\\d{1,2})?[-/]?(\\d{0,2})[Tt\\s]*(\\d{1,2})?:?(\\d{1,2})?:?(\\d{1,2})?[.:]?(\\d+)?$/,l=function(e,t,n){var r=String(e);return!r||r.length>=t?e:""+Array(t+1-r.length).join(n)+e},y={s:l,z:function(e){var t=-e.utcOffset(),n=Math.abs(t),r=Math.floor(n/60),i=n%60;return(t<=0?"+":"-")+l(r,2,"0")+":"+l(i,2,"0")},m:function e(t,n){if(t.date()<n.date())return-e(n,t);var r=12*(n.year()-t.year())+(n.month()-t.month()),i=t.clone().add(r,f),s=n-i<0,u=t.clone().add(r+(s?-1:1),f);return+(-(r+(n-i)/(s?i-u:u-i))||0)}};',
    "syslog": "".join(
        f"Nov 2{_R.randrange(9)} 1{_R.randrange(9)}:{_R.randrange(60):02}:{_R.randrange(60):02} host{_R.randrange(9)} sshd[{_R.randrange(30000)}]: Failed password for invalid user admin from 10.{_R.randrange(255)}.{_R.randrange(255)}.{_R.randrange(255)} port {_R.randrange(60000)} ssh2\n"
        for _ in range(50)
    ),
    "json log": "".join(
        json.dumps(
            {
                "ts": 1764000000 + i,
                "level": "warn",
                "msg": " ".join(_R.choices(_WORDS, k=5)),
                "trace_id": _R.randbytes(8).hex(),
                "latency_ms": _R.random() * 100,
            }
        )
        + "\n"
        for i in range(50)
    ),
    "csv": "id,name,email,amount,date\n"
    + "".join(
        f"{i},{_R.choice(_WORDS)} {_R.choice(_WORDS)},{_R.choice(_WORDS).lower()}@example.com,{_R.random() * 1000:.2f},2025-{_R.randrange(1, 13):02}-{_R.randrange(1, 29):02}\n"
        for i in range(80)
    ),
    "git diff": "diff --git a/src/app.ts b/src/app.ts\nindex 83db48f..bf2a2c1 100644\n--- a/src/app.ts\n+++ b/src/app.ts\n@@ -12,7 +12,9 @@ export class App {\n   private readonly items: Item[] = [];\n-  constructor(private http: HttpClient) {}\n+  constructor(\n+    private readonly http: HttpClient,\n+    private readonly log: Logger,\n+  ) {}\n   async load(): Promise<void> {\n"
    * 6,
    "yaml k8s": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-frontend\n  namespace: production\n  labels:\n    app.kubernetes.io/name: web\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: web\n  template:\n    spec:\n      containers:\n        - name: nginx\n          image: registry.example.com/nginx:1.27.2-alpine\n          ports:\n            - containerPort: 8080\n          resources:\n            limits:\n              cpu: 500m\n              memory: 256Mi\n"
    * 4,
    "emoji chat": "Great work everyone! 🎉🎉 See you tomorrow 👋 ☀️ The build is green ✅ but docs ❌ need love ❤️🙏 "
    * 6,
    "math unicode": "∀x∈ℝ: x² ≥ 0 ∧ ∑ᵢ aᵢ ≤ ∞ ⇒ √x ≈ π/2 ± ε; ∂f/∂x = λ·∇g → α ≠ β " * 8,
    "typographic": "“It’s done,” she said — “isn’t it?” … ‘No,’ he replied – not yet. «Voilà» • Item one • Item two © 2025 Acme™ §4.2 20 °C €35 ½ cup "
    * 6,
    "paths": "\n".join(
        f"/home/{_R.choice(['anna', 'app', 'ci'])}/projects/{_R.choice(_WORDS).lower()}/src/components/{_R.choice(_WORDS).capitalize()}View/{_R.choice(_WORDS).lower()}_test.{_R.choice(['ts', 'py', 'go'])}"
        for _ in range(60)
    ),
    "windows paths": "\n".join(
        f"C:\\Users\\anna\\AppData\\Local\\Programs\\{_R.choice(_WORDS).capitalize()}\\bin\\{_R.choice(_WORDS).lower()}.dll"
        for _ in range(40)
    ),
    "coordinates": json.dumps(
        [[round(_R.uniform(-180, 180), 6), round(_R.uniform(-90, 90), 6)] for _ in range(80)]
    ),
    "camelCase": " ".join(
        "".join(w.capitalize() for w in _R.choices([w.strip(".,") for w in _WORDS], k=3))
        for _ in range(80)
    ),
    "snake_case": " ".join(
        "_".join(w.lower().strip(".,") for w in _R.choices(_WORDS, k=3)) for _ in range(80)
    ),
    "kebab-case": " ".join(
        "-".join(w.lower().strip(".,") for w in _R.choices(_WORDS, k=3)) for _ in range(80)
    ),
    "names": "\n".join(
        f"{a} {b}"
        for a in (
            "Mohammed",
            "Siobhán",
            "Nguyễn",
            "Katarzyna",
            "Øystein",
            "Priya",
            "Xiaoming",
            "Oluwaseun",
        )
        for b in (
            "Abdullahi",
            "O'Callaghan",
            "Wiśniewska",
            "Venkatesan",
            "Jørgensen",
            "Featherstonehaugh",
        )
    ),
    "drugs": "acetaminophen ibuprofen levothyroxine atorvastatin metformin lisinopril amlodipine omeprazole losartan hydrochlorothiazide pantoprazole rosuvastatin escitalopram clopidogrel methylphenidate "
    * 4,
    "latin": "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum lingua Celtae, nostra Galli appellantur. Hi omnes lingua, institutis, legibus inter se differunt. "
    * 3,
    "xml": '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    + "".join(
        f'\n  <entry>\n    <id>urn:uuid:{uuid.UUID(int=_R.getrandbits(128))}</id>\n    <title type="text">{" ".join(_R.choices(_WORDS, k=5))}</title>\n    <updated>2025-11-{_R.randrange(10, 29)}T18:30:02Z</updated>\n  </entry>'
        for _ in range(20)
    )
    + "\n</feed>",
    "escaped": json.dumps(
        json.dumps({"path": "C:\\temp\\x", "text": 'line\nnext\t"quoted"', "more": [_EN[:80]] * 3})
    )
    * 3,
    "unicode escapes": json.dumps(_FR[0] + _LANGUAGES["greek"]),
    "jwt": ".".join(
        base64.urlsafe_b64encode(_R.randbytes(n)).decode().rstrip("=") for n in (30, 150, 64)
    )
    * 3,
    "phone/ids": "\n".join(
        f"+49 {_R.randrange(100, 999)} {_R.randrange(10**6, 10**7)}; INV-2025-{_R.randrange(10**5):05}; SKU{_R.randrange(10**4)}-{_R.choice('ABC')}X"
        for _ in range(60)
    ),
    "mac/ipv6": "\n".join(
        ":".join(_R.randbytes(1).hex() for _ in range(6))
        + "  fe80::"
        + ":".join(f"{_R.randrange(65536):x}" for _ in range(4))
        for _ in range(50)
    ),
    "ansi": "\x1b[1m\x1b[32mPASS\x1b[0m tests/app.test.ts \x1b[2m(5.21 s)\x1b[22m\n" * 30,
    **_LANGUAGES,
}

WITHOUT_WORDS = {kind: KINDS.pop(kind) for kind in list(KINDS) if kind.startswith("random ")}
"""Letters that no language puts together."""
