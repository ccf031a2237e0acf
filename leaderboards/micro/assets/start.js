"use strict";
theme.start();
