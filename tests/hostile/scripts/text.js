// Texts that are no script, or hide what they are.
//= SYNTAX_ERROR
{{{{
//= SYNTAX_ERROR
let let = 1
//= SYNTAX_ERROR
'unterminated
//= SYNTAX_ERROR
`unterminated ${
//= SYNTAX_ERROR
/unterminated
//= SYNTAX_ERROR
"\u{110000}"
//= SYNTAX_ERROR
/(?<a>x)(?<a>y)/
//= SYNTAX_ERROR
enum A { B }
//= SYNTAX_ERROR
namespace N { export const x = 1 }
//= SYNTAX_ERROR
@decorated class A {}
//= SYNTAX_ERROR
const x = <div/>
//= SYNTAX_ERROR
def main(): return 1
//= ok {"jsonrpc": "2.0", "id": 1}
{"jsonrpc": "2.0", "id": 1}
//= SYNTAX_ERROR
<script>alert(1)</script>
//= SYNTAX_ERROR
const a = 1; const a = 2
//= SYNTAX_ERROR
break
//= SYNTAX_ERROR
yield* 5 5
//= SYNTAX_ERROR
new.target
//= SYNTAX_ERROR
super.x
//= SYNTAX_ERROR
class A { constructor() {} constructor() {} }
//= SYNTAX_ERROR
}); process.exit(); (() => {
//= SYNTAX_ERROR
} finally { } {
//= SYNTAX_ERROR
*/ 1 /*
//= ok 1
/* */ 1 // \u2028 "
//= ok 1
<!-- an old comment
1
//= ok 1
1 //<<repeat "x" 500000>>
//= ok 500000
"<<repeat "x" 500000>>".length
//= ok "a"
const \u0061bc = 'a'; abc
//= ok 2
var ａ = 1, 𝒳 = 2; 𝒳
//= ok "‮x"
'‮x'
//= ok 3
'use strict'; var x = 3; x
//= ok 4
var undefined = 5, NaN = 6; 4
//= ok 1
var arguments = 1; arguments
//= ok 2
async: for (const await_ of [2]) await_
//= RUNTIME_ERROR
Workbench; settle; run; host
//= ok null
//= ok null
   
