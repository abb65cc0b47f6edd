/** What a browser adds to a page of text: the light of the colours is in its style sheets, so there is little. */
import '../style.css';
