// The content of a large result: it stays with the host until the script first looks at it.
(function contents(kit) {
  'use strict';
  const { ask, parse, put, descriptorOf, hasOwn, setProto, ProxyOf } = kit;
  const { get: getOf, defineProperty: defineOf, deleteProperty: deleteOf } = Reflect;

  // An envelope as the host gave it. Where its content is the number of a call, that call's content is meant; 0:
  // its only block is the text that is its result, too.
  // A Proxy, not a getter: to a script it is the plain object with a data property that it stands for. Once the
  // content is there, it does nothing of its own any more.
  function lazy(envelope) {
    if (!hasOwn(envelope, 'content') || typeof envelope.content !== 'number') return envelope;
    const seq = envelope.content;
    let text = seq === 0 ? envelope.result : undefined; // what the script drops of it is not held for nothing
    const traps = { __proto__: null,
      get(target, key, receiver) { fill(key); return getOf(target, key, receiver); },
      getOwnPropertyDescriptor(target, key) {
        fill(key);
        const found = descriptorOf(target, key);
        return found === undefined ? found : setProto(found, null);
      },
      defineProperty(target, key, descriptor) { fill(key); return defineOf(target, key, setProto(descriptor, null)); },
      deleteProperty(target, key) { if (key === 'content') rest(); return deleteOf(target, key); },
    };
    const rest = () => { traps.get = traps.getOwnPropertyDescriptor = traps.defineProperty = traps.deleteProperty = text = undefined; };
    function fill(key) {
      if (key !== 'content' || traps.get === undefined) return;
      put(envelope, key, seq === 0 ? [{ type: 'text', text }] : parse(ask('{"t":"content","seq":' + seq + '}')));
      rest();
    }
    return new ProxyOf(envelope, traps);
  }

  kit.lazy = lazy;
})
