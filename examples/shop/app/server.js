'use strict';
// Weak on purpose: see ../README.md.
const express = require('express');
const _ = require('lodash');
const app = express();
const items = [{ id: 1, name: 'anchor', price: 4900 }, { id: 2, name: 'compass', price: 1900 }];
app.get('/items', (req, res) => res.json(_.filter(items, req.query)));
app.get('/health', (req, res) => res.send('ok'));
app.listen(8080);
