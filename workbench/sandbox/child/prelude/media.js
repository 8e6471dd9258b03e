// Images and audio: image(result) finds them in what a tool gave, so that a script can return them alone.
(function media(kit) {
  'use strict';
  const { isArray, list, push, put, isInteger, TypeErrorOf, textOf } = kit;
  const MOST = 20;

  const isObject = value => typeof value === 'object' && value !== null;
  function blockOf(value) {
    const { type, data, mimeType } = value;
    return (type === 'image' || type === 'audio') && typeof data === 'string' && typeof mimeType === 'string'
      ? { type, data, mimeType } : undefined;
  }
  // A block itself, a list of blocks, an envelope of call_tool, or a result of tools.x.y that holds blocks.
  function collect(value, found, depth) {
    if (!isObject(value) || depth > 3) return;
    if (isArray(value)) {
      const count = value.length;
      for (let i = 0; isInteger(count) && i < count && found.length < MOST; i++) collect(value[i], found, depth + 1);
      return;
    }
    const block = blockOf(value);
    if (block !== undefined) { push(found, block); return; }
    const { content, result } = value;
    collect(content, found, depth + 1);
    if (found.length === 0) collect(result, found, depth + 1);
  }
  function image(value) {
    if (isObject(value) && value.ok === false) {
      const error = value.error;
      throw new TypeErrorOf('image(result): the call failed: ' + textOf(isObject(error) ? error.message : error));
    }
    const found = list();
    collect(value, found, 0);
    if (found.length === 0) {
      throw new TypeErrorOf('image(result): there is no image in it; give it what a tool gave, or {type: "image", data, mimeType}');
    }
    if (found.length === 1) return found[0];
    const blocks = [];
    for (let i = 0; i < found.length; i++) put(blocks, i, found[i]);
    return blocks;
  }
  kit.image = image;
})
