'use strict';
// The script of a report: makes tables sortable and filterable, and the treemap one to click into. The page is whole without it.
(() => {
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // Tables: a click on a title sorts, once more turns the order round.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  const areNumbers = (...values) => values.every((value) => typeof value === 'number');
  const compare = (one, other) => (areNumbers(one, other) ? one - other : String(one).localeCompare(String(other)));
  const sortBy = (table, column) => {
    const titles = [...table.tHead.rows[0].cells];
    const isNumber = titles[column].className === 'number';
    const before = titles[column].getAttribute('aria-sort');
    const order = before === null ? (isNumber ? 'descending' : 'ascending') : before === 'ascending' ? 'descending' : 'ascending';
    for (const title of titles) title.removeAttribute('aria-sort');
    titles[column].setAttribute('aria-sort', order);
    const sign = order === 'ascending' ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row, column) }));
    rows.sort((one, other) => sign * compare(one.value, other.value));
    table.tBodies[0].append(...rows.map(({ row }) => row));
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    [...table.tHead.rows[0].cells].forEach((title, column) => {
      const button = make('button', { type: 'button', textContent: title.textContent });
      button.addEventListener('click', () => sortBy(table, column));
      title.replaceChildren(button);
    });
  }
  for (const table of document.querySelectorAll('table.filterable')) {
    const input = make('input', { type: 'search', autocomplete: 'off', spellcheck: false });
    input.addEventListener('input', () => {
      const wanted = input.value.toLowerCase();
      for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    const title = `Only rows of “${table.caption.textContent}” with: `;
    table.closest('.scroll').before(make('label', { className: 'filter' }, title, input));
  }

  // The treemap. Of its nodes, a directory comes before what is in it.
  const map = document.getElementById('map');
  if (map === null) return;
  const LABEL = { inset: 3, baseline: 11, heightMin: 14, widthMin: 30, characterWidth: 6.4 };
  const nodes = [...map.querySelectorAll('g')].map((element) => {
    const rect = element.querySelector('rect');
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
    const lines = element.querySelector('title').textContent.split('\n');
    const { p, s, b } = element.dataset;
    return { element, x, y, width, height, lines, parent: Number(p), size: Number(s), before: Number(b), inside: [] };
  });
  nodes.forEach((node, index) => nodes[node.parent]?.inside.push(index));
  const trail = document.getElementById('trail');
  const table = document.querySelector('#inside table');
  let shown = 0;

  const isOpen = (node) => node.inside.length > 0;
  const isShown = (index) => {
    for (let at = index; at >= 0; at = nodes[at].parent) if (at === shown) return true;
    return false;
  };

  /** Writes names where there is room for them, in the size that letters have on this screen. */
  const label = () => {
    const top = nodes[shown];
    const [perX, perY] = [top.width / map.clientWidth, top.height / map.clientHeight];
    nodes.forEach((node, index) => {
      const [width, height] = [node.width / perX, node.height / perY];
      let text = node.element.querySelector('text');
      // The name of a directory stands above what is in it.
      const above = isOpen(node) ? Math.min(...node.inside.map((each) => nodes[each].y - node.y)) / perY : height;
      const hasRoom = isShown(index) && width >= LABEL.widthMin && above >= LABEL.heightMin - 1;
      if (!hasRoom) {
        text?.remove();
        return;
      }
      if (text === null) {
        text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
        node.element.append(text);
      }
      const room = Math.max(1, Math.floor((width - 2 * LABEL.inset) / LABEL.characterWidth));
      const characters = [...node.lines[0]];
      text.textContent = characters.length <= room ? node.lines[0] : `${characters.slice(0, room - 1).join('')}…`;
      text.setAttribute('transform', `translate(${node.x} ${node.y}) scale(${perX} ${perY})`);
      text.setAttribute('x', LABEL.inset);
      text.setAttribute('y', LABEL.baseline);
    });
  };

  const rowOf = (index) => {
    const node = nodes[index];
    const [name, size, files, growth, youngest] = node.lines;
    const cell = (className, content, value) => {
      const element = make('td', { className }, content);
      if (value !== undefined) element.dataset.v = value;
      return element;
    };
    let first = make('bdi', { className: 'path', textContent: name });
    if (isOpen(node)) {
      const button = make('button', { type: 'button' }, first);
      button.addEventListener('click', () => show(index, true));
      first = button;
    }
    const share = nodes[shown].size === 0 ? 0 : node.size / nodes[shown].size;
    const change = node.size - node.before;
    return make('tr', {}, cell('text', first), cell('number', size, node.size), cell('text', `${(share * 100).toFixed(1)} %`, share),
      cell('number', files.replace(/ files?$/, ''), Number(files.replace(/\D/g, ''))),
      cell('number', growth.replace(/ since .*$/, ''), change),
      cell('number', youngest.replace(/^youngest file of /, '')));
  };

  const tell = () => {
    const path = [];
    for (let at = shown; at >= 0; at = nodes[at].parent) path.unshift(at);
    trail.hidden = false;
    trail.replaceChildren(...path.map((index) => {
      const button = make('button', { type: 'button' }, make('bdi', { textContent: nodes[index].lines[0] }));
      if (index === shown) button.setAttribute('aria-current', 'location');
      button.addEventListener('click', () => show(index, false));
      return button;
    }));
    table.caption.textContent = `In ${path.map((index) => nodes[index].lines[0]).join('')}: ${nodes[shown].lines.slice(1).join(', ')}`;
    for (const title of table.tHead.rows[0].cells) title.removeAttribute('aria-sort');
    const inside = nodes[shown].inside.length > 0 ? nodes[shown].inside : [shown];
    table.tBodies[0].replaceChildren(...inside.map(rowOf));
  };

  const mark = () => {
    const current = new Set(nodes[shown].inside);
    nodes.forEach(({ element, lines }, index) => {
      if (!current.has(index)) {
        for (const name of ['role', 'tabindex', 'aria-label']) element.removeAttribute(name);
        return;
      }
      element.setAttribute('role', isOpen(nodes[index]) ? 'button' : 'img');
      element.setAttribute('aria-label', lines.join(', '));
      element.setAttribute('tabindex', index === nodes[shown].inside[0] ? '0' : '-1');
    });
  };

  const focus = (index) => {
    for (const each of nodes[shown].inside) nodes[each].element.setAttribute('tabindex', each === index ? '0' : '-1');
    nodes[index].element.focus();
  };

  const show = (index, withFocus) => {
    if (!isOpen(nodes[index])) return;
    const left = shown;
    shown = index;
    const { x, y, width, height } = nodes[shown];
    map.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
    label();
    tell();
    mark();
    if (!withFocus) return;
    focus(nodes[shown].inside.includes(left) ? left : nodes[shown].inside[0]);
  };

  /** What of the directory that is shown a node is in; -1 if that is none. */
  const childOf = (index) => {
    let at = index;
    while (at >= 0 && nodes[at].parent !== shown) at = nodes[at].parent;
    return at;
  };
  map.addEventListener('click', (event) => {
    const child = childOf(nodes.findIndex(({ element }) => element === event.target.closest('g')));
    if (child >= 0) show(child, false);
  });
  map.addEventListener('keydown', (event) => {
    const { inside, parent } = nodes[shown];
    const at = inside.findIndex((index) => nodes[index].element === document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && at >= 0) focus(inside[(at + step + inside.length) % inside.length]);
    else if ((event.key === 'Enter' || event.key === ' ') && at >= 0) show(inside[at], true);
    else if ((event.key === 'Escape' || event.key === 'Backspace') && parent >= 0) show(parent, true);
    else return;
    event.preventDefault();
  });
  addEventListener('resize', label);
  show(0, false);
})();
