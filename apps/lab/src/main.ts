/** Starts the page: the colours of the reports, the style sheets, the app. */
import { mount } from 'svelte';
import App from './App.svelte';
import { adoptColours } from './draw/colours.ts';
import './style.css';

adoptColours();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
