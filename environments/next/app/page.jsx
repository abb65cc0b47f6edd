/** A page whose component trains in the browser. */
'use client';
import { useEffect } from 'react';

export default function Page() {
  useEffect(() => void import('../../program.js'), []);
  return <p>Training</p>;
}
